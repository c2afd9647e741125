import Foundation
import HawserCore
import Testing

@Suite("Child processes")
struct ChildProcessTests {
    @Test("the exit code, the signal and a program that is not there are told")
    func exits() async throws {
        #expect(try await ChildProcess.spawn("sh", ["-c", "exit 7"]).wait() == .code(7))
        #expect(try await ChildProcess.spawn("sh", ["-c", "kill -9 $$"]).wait() == .signal(SIGKILL))
        let output = NSTemporaryDirectory() + "hawser-child-\(UUIDv7.make())"
        defer { try? FileManager.default.removeItem(atPath: output) }
        #expect(try await ChildProcess.spawn("/no/such/program", output: .file(output)).wait() == .code(127))
        #expect(try String(contentsOfFile: output, encoding: .utf8).contains("/no/such/program"))
    }

    @Test("environment, arguments and output are as given")
    func surroundings() async throws {
        let output = NSTemporaryDirectory() + "hawser-child-\(UUIDv7.make())"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let child = try await ChildProcess.spawn(
            "/bin/sh",
            ["-c", "echo \"$1 $A $HOME\" >&2; cat; exec ls /proc/self/fd", "sh", "two words"],
            environment: ["A": "b c", "PATH": "/usr/bin:/bin"],
            output: .file(output)
        )
        #expect(await child.wait() == .code(0))
        #expect(child.exit == .code(0))
        // Files 0, 1 and 2 are open in the child, and 3 is the directory that `ls` reads.
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "two words b c \n0\n1\n2\n3\n")
    }

    @Test("a child that does not end when asked is killed after the grace time")
    func grace() async throws {
        let pipe = NSTemporaryDirectory() + "hawser-child-\(UUIDv7.make())"
        #expect(mkfifo(pipe, 0o600) == 0)
        defer { try? FileManager.default.removeItem(atPath: pipe) }
        let stubborn = try await ChildProcess.spawn(
            "sh",
            ["-c", "trap '' TERM; : > \"$1\"; for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done", "sh", pipe]
        )
        // Opening the pipe for reading returns when the child opens it for writing, its trap set.
        let isOpen = try await BlockingPool(name: "pipe", threads: 1).run { close(open(pipe, O_RDONLY)) == 0 }
        #expect(isOpen)
        #expect(await stubborn.terminate(grace: .milliseconds(50)) == .signal(SIGKILL))
        let willing = try await ChildProcess.spawn("sleep", ["60"])
        #expect(await willing.terminate(grace: .seconds(30)) == .signal(SIGTERM))
        // To one that has ended nothing is sent.
        willing.send(SIGKILL)
    }
}
