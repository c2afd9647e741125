#pragma once
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
// Swift's Glibc module leaves these two out; the connection loop stands on them.
#include <sys/epoll.h>
#include <sys/eventfd.h>
