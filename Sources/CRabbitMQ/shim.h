#pragma once
#include <sys/time.h>
#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

// What of the library is C alone: a function with a variable list of arguments, tables, pointers to any type, and texts
// that are borrowed by a structure for the time of a call.

static inline amqp_table_entry_t hawser_amqp_entry(const char *key, amqp_field_value_t value) {
    amqp_table_entry_t entry = {amqp_cstring_bytes(key), value};
    return entry;
}

// Logs in with user and password; the name is what the server's tools show for the connection.
static inline amqp_rpc_reply_t hawser_amqp_login(amqp_connection_state_t state, const char *vhost, int heartbeat,
                                                 const char *user, const char *password, const char *name) {
    amqp_field_value_t text = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(name)};
    amqp_table_entry_t entries[] = {hawser_amqp_entry("connection_name", text)};
    amqp_table_t properties = {1, entries};
    return amqp_login_with_properties(state, vhost, 0, AMQP_DEFAULT_FRAME_SIZE, heartbeat, &properties,
                                      AMQP_SASL_METHOD_PLAIN, user, password);
}

// Declares a queue that is this connection's alone, goes with it, and forgets its oldest messages beyond a number.
static inline amqp_queue_declare_ok_t *hawser_amqp_own_queue(amqp_connection_state_t state, amqp_channel_t channel,
                                                             int64_t most) {
    amqp_field_value_t number = {.kind = AMQP_FIELD_KIND_I64, .value.i64 = most};
    amqp_table_entry_t entries[] = {hawser_amqp_entry("x-max-length", number)};
    amqp_table_t arguments = {1, entries};
    return amqp_queue_declare(state, channel, amqp_empty_bytes, 0, 0, 1, 1, arguments);
}

// Asks whether there is an exchange; the server closes the channel when there is none.
static inline void hawser_amqp_look_for(amqp_connection_state_t state, amqp_channel_t channel, const char *exchange) {
    amqp_exchange_declare(state, channel, amqp_cstring_bytes(exchange), amqp_cstring_bytes("topic"), 1, 0, 0, 0,
                          amqp_empty_table);
}

// Has the messages of an exchange with a routing key come to a queue.
static inline void hawser_amqp_bind(amqp_connection_state_t state, amqp_channel_t channel, const char *queue,
                                    const char *exchange, const char *key) {
    amqp_queue_bind(state, channel, amqp_cstring_bytes(queue), amqp_cstring_bytes(exchange), amqp_cstring_bytes(key),
                    amqp_empty_table);
}

// Why the server closed the channel or the connection; the code is 0 when it did not.
static inline amqp_bytes_t hawser_amqp_reason(amqp_rpc_reply_t reply, int *code) {
    *code = 0;
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return amqp_empty_bytes;
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *close = (amqp_channel_close_t *) reply.reply.decoded;
        *code = close->reply_code;
        return close->reply_text;
    }
    if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        amqp_connection_close_t *close = (amqp_connection_close_t *) reply.reply.decoded;
        *code = close->reply_code;
        return close->reply_text;
    }
    return amqp_empty_bytes;
}

// Answers a channel that the server closed, so that its number can be used again.
static inline int hawser_amqp_channel_close_ok(amqp_connection_state_t state, amqp_channel_t channel) {
    amqp_channel_close_ok_t ok = {0};
    return amqp_send_method(state, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
}
