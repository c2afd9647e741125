import HawserRedis

/// The Lua scripts that change a queue: each is one atomic, bounded step of the engine.
///
/// Every script takes all keys of its queue (`QueueKeys.all`) as KEYS, so that Redis Cluster knows where it runs.
enum Scripts {}
