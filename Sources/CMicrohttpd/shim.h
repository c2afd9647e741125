#pragma once
#include <dlfcn.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Wrappers for the parts of libmicrohttpd that take a variable number of arguments, which Swift cannot call.

/// Where the library's own log lines go.
struct hawser_mhd_logger {
    void (*write)(void *context, const char *line);
    void *context;
};

static inline void hawser_mhd_log(void *logger, const char *format, va_list arguments) {
    char line[512];
    const struct hawser_mhd_logger *to = (const struct hawser_mhd_logger *) logger;
    vsnprintf(line, sizeof line, format, arguments);
    to->write(to->context, line);
}

/// Starts a daemon of `threads` epoll threads on a listening socket. `logger` must outlive the daemon.
static inline struct MHD_Daemon *hawser_mhd_start(
    int listen_fd, unsigned int threads, unsigned int connections, size_t memory, size_t increment,
    struct hawser_mhd_logger *logger, MHD_AccessHandlerCallback access, MHD_RequestCompletedCallback completed,
    MHD_NotifyConnectionCallback notify, void *(*target)(void *, const char *, struct MHD_Connection *),
    size_t (*unescape)(void *, struct MHD_Connection *, char *), void *context
) {
    const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem pool[] = {
        { threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t) threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(
        flags, 0, NULL, NULL, access, context,
        MHD_OPTION_EXTERNAL_LOGGER, hawser_mhd_log, (void *) logger,
        MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, increment,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context,
        MHD_OPTION_URI_LOG_CALLBACK, target, context,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape, context,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END
    );
}

/// The socket of a connection; -1 when it has none.
static inline int hawser_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// The address of the client; NULL when unknown.
static inline const struct sockaddr *hawser_mhd_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

/// What the start notification stored for the connection.
static inline void *hawser_mhd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/// Bytes of the request line and headers of the current request.
static inline size_t hawser_mhd_header_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/// The library's own MHD_queue_response, which this program has one of the same name before.
///
/// Looked up behind the caller in the order of loading, as RTLD_NEXT does it; its value is that of glibc's dlfcn.h,
/// which shows the name to C with extensions only.
static inline enum MHD_Result hawser_mhd_queue(
    struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response
) {
    typedef enum MHD_Result queue(struct MHD_Connection *, unsigned int, struct MHD_Response *);
    static queue *found = NULL;
    queue *known = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (!known) {
        known = (queue *) dlsym((void *) -1l, "MHD_queue_response");
        __atomic_store_n(&found, known, __ATOMIC_RELAXED);
    }
    return known ? known(connection, status, response) : MHD_NO;
}
