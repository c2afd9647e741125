#pragma once
#include <mongoc/mongoc.h>
#include <stdlib.h>

// Swift sees bson_t and bson_iter_t (aligned to 128 bytes) as opaque: their memory comes from here and goes to free().

static inline bson_t *hawser_bson_child_new(void) {
    return (bson_t *) aligned_alloc(128, sizeof(bson_t));
}

static inline void hawser_bson_child_free(bson_t *child) {
    free(child);
}

static inline bson_iter_t *hawser_bson_iter_new(const bson_t *document) {
    bson_iter_t *iter = (bson_iter_t *) aligned_alloc(128, sizeof(bson_iter_t));
    if (iter && bson_iter_init(iter, document)) return iter;
    free(iter);
    return NULL;
}

static inline bson_iter_t *hawser_bson_iter_inside(const bson_iter_t *outer) {
    bson_iter_t *iter = (bson_iter_t *) aligned_alloc(128, sizeof(bson_iter_t));
    if (iter && bson_iter_recurse(outer, iter)) return iter;
    free(iter);
    return NULL;
}

static inline void hawser_bson_iter_free(bson_iter_t *iter) {
    free(iter);
}

// As a plain number: a type byte from the wire may be none of the enum's cases.
static inline unsigned hawser_bson_iter_type(const bson_iter_t *iter) {
    return (unsigned) bson_iter_type(iter);
}

// The message is a char array, which Swift imports as a tuple of 504 elements.
static inline const char *hawser_bson_error_message(const bson_error_t *error) {
    return error->message;
}
