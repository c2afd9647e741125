import Foundation

/// The call of `posix_spawn`, with everything it needs.
enum Spawn {
    /// Starts a program and answers the number of its process.
    ///
    /// `setpriv` of util-linux, which asks the kernel to send TERM when the calling thread ends, becomes the program.
    static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        output: ChildProcess.Output
    ) throws -> Int32 {
        func check(_ code: Int32, _ operation: String) throws {
            if code != 0 { throw ChildProcessError(program: program, operation: operation, code: code) }
        }

        var actions = posix_spawn_file_actions_t()
        try check(posix_spawn_file_actions_init(&actions), "file actions")
        defer { posix_spawn_file_actions_destroy(&actions) }
        try check(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), "/dev/null")
        if case .file(let path) = output {
            let flags = O_WRONLY | O_CREAT | O_APPEND
            try check(posix_spawn_file_actions_addopen(&actions, 1, path, flags, 0o600), path)
            try check(posix_spawn_file_actions_adddup2(&actions, 1, 2), "standard error")
        }
        try check(addCloseFrom(&actions, 3), "close files")

        var attributes = posix_spawnattr_t()
        try check(posix_spawnattr_init(&attributes), "attributes")
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, no signal blocked, none ignored.
        var none = sigset_t()
        var every = sigset_t()
        sigemptyset(&none)
        sigfillset(&every)
        try check(posix_spawnattr_setpgroup(&attributes, 0), "process group")
        try check(posix_spawnattr_setsigmask(&attributes, &none), "signal mask")
        try check(posix_spawnattr_setsigdefault(&attributes, &every), "signal actions")
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try check(posix_spawnattr_setflags(&attributes, Int16(flags)), "attributes")

        let argumentList = CStrings(["setpriv", "--pdeathsig", "TERM", "--", program] + arguments)
        let environmentList = CStrings(environment.map { "\($0.key)=\($0.value)" })
        var id: pid_t = 0
        try check(
            posix_spawnp(&id, "setpriv", &actions, &attributes, argumentList.pointers, environmentList.pointers),
            "setpriv"
        )
        return id
    }

    /// glibc's `posix_spawn_file_actions_addclosefrom_np` (2.34 and later), looked up by name because its header shows
    /// it to GNU C only, which Swift's module of glibc is not.
    ///
    /// It closes the files in the child, so that one another thread opens meanwhile is closed too.
    private static func addCloseFrom(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) -> Int32 {
        typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return ENOSYS }
        return unsafeBitCast(symbol, to: Function.self)(&actions, first)
    }

    /// A null-terminated list of C strings that lives as long as this object.
    private final class CStrings {
        let pointers: [UnsafeMutablePointer<CChar>?]

        init(_ words: [String]) {
            pointers = words.map { strdup($0) } + [nil]
        }

        deinit {
            for pointer in pointers { free(pointer) }
        }
    }
}
