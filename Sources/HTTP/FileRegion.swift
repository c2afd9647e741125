import Foundation

/// A part of an open file, to be sent without passing through this process's memory.
public struct FileRegion: Sendable {
    /// An open file that is closed when its last user is gone.
    public final class OpenFile: Sendable {
        /// The descriptor; do not close it.
        public let descriptor: Int32

        /// Takes over a descriptor.
        public init(taking descriptor: Int32) {
            self.descriptor = descriptor
        }

        deinit {
            close(descriptor)
        }
    }

    /// The file.
    public let file: OpenFile
    /// Where the part starts, in bytes.
    public let offset: Int64
    /// How long the part is, in bytes; the file must hold as many.
    public let length: Int64

    /// A part of an open file.
    public init(file: OpenFile, offset: Int64, length: Int64) {
        self.file = file
        self.offset = offset
        self.length = length
    }
}
