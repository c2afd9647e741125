import Synchronization

/// The scripts a client has called so far, so that a new connection can load them before anybody needs them.
final class ScriptBook: Sendable {
    private let scripts = Mutex<[String: String]>([:])

    func add(_ script: RedisScript) {
        scripts.withLock { scripts in
            if scripts[script.digest] == nil { scripts[script.digest] = script.source }
        }
    }

    var sources: [String] {
        scripts.withLock { Array($0.values) }
    }
}
