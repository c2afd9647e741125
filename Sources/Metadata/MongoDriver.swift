import CMongoC
import Foundation
import HawserCore

/// The driver as a whole.
public enum MongoDriver {
    /// Starts the driver once per process and takes its log; whoever uses the driver calls this first.
    ///
    /// It also takes away the name of the shared memory in which the driver counts for a tool of its own
    /// (`mongoc-counters.c`): a process that is killed would leave it in /dev/shm for ever, and the next process with
    /// its number would complain about it. The driver makes it before `main`, when it is loaded, so a program calls
    /// this early.
    public static func start() {
        _ = started
    }

    private static let started: Void = {
        mongoc_init()
        mongoc_log_set_handler(
            { level, domain, message, _ in
                guard level.rawValue <= MONGOC_LOG_LEVEL_WARNING.rawValue, let domain, let message else { return }
                let text = String(cString: message)
                // A transaction that met another one was aborted by MongoDB already, which the driver complains of.
                guard !text.hasPrefix("Error in abortTransaction") else { return }
                Log("mongodb").warning(text, ["domain": String(cString: domain)])
            },
            nil
        )
        _ = shm_unlink("/mongoc-\(getpid())")
    }()
}
