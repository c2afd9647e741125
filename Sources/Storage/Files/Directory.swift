import Foundation

/// Calls on directories and names; every call blocks.
enum Directory {
    /// Makes a directory, and those above it, durably.
    static func make(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty, parent != path { try make(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw StorageError.last("mkdir", path) }
        try sync(parent.isEmpty ? "." : parent)
    }

    /// Returns when the names in a directory are on the disk.
    static func sync(_ path: String) throws {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
    }

    /// The names in a directory, without `.` and `..`; none when there is no such directory.
    static func names(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw StorageError.last("opendir", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file; one that is gone already is no error.
    static func remove(file path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw StorageError.last("unlink", path) }
    }
}
