import CMicrohttpd
import Foundation
import HawserCore
import Synchronization

extension Exchange {
    /// Makes libmicrohttpd's response; nil when a header is not valid or the file cannot be used.
    func prepare(_ response: Response, isHead: Bool, mustClose: Bool) -> Prepared? {
        var isComplete = true
        let made: OpaquePointer?
        switch response.body {
        case .none:
            made = MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        case .bytes(let bytes):
            made = Self.copy(bytes)
        case .file(let region) where region.length == 0:
            made = MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        case .file(let region):
            guard region.length > 0, region.offset >= 0 else { return nil }
            // libmicrohttpd closes the descriptor it is given.
            let descriptor = fcntl(region.file.descriptor, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { return nil }
            made = MHD_create_response_from_fd_at_offset64(
                UInt64(region.length),
                descriptor,
                UInt64(region.offset)
            )
            if made == nil { close(descriptor) }
        case .stream(let length, _):
            guard length ?? 0 >= 0 else { return nil }
            isComplete = isHead
            made = MHD_create_response_from_callback(
                length.map { UInt64($0) } ?? UInt64.max,
                64 << 10,
                { context, _, buffer, size in Exchange.read(context, buffer, size) },
                Unmanaged.passRetained(self).toOpaque(),
                { context in
                    if let context { Unmanaged<Exchange>.fromOpaque(context).release() }
                }
            )
            if made == nil { Unmanaged.passUnretained(self).release() }
        }
        guard let pointer = made else { return nil }
        guard Self.add(response.headers, to: pointer) else { return nil }
        if mustClose { MHD_add_response_header(pointer, "Connection", "close") }
        state.withLock { state in
            state.status = response.status
            state.length = isHead ? 0 : response.body.length
            state.isOutputComplete = isComplete
        }
        return Prepared(status: UInt32(clamping: response.status), pointer: pointer)
    }

    /// A response of libmicrohttpd with a copy of the bytes.
    static func copy(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes { buffer in
            // libmicrohttpd only reads from the buffer, and copies it before this returns.
            MHD_create_response_from_buffer(
                buffer.count,
                UnsafeMutableRawPointer(mutating: buffer.baseAddress),
                .RESPMEM_MUST_COPY
            )
        }
    }

    /// Adds header fields to libmicrohttpd's response, which is destroyed when one is not valid.
    static func add(_ headers: Headers, to pointer: OpaquePointer) -> Bool {
        for field in headers where !isServers(field.name) {
            guard MHD_add_response_header(pointer, field.name, field.value) == .YES else {
                MHD_destroy_response(pointer)
                return false
            }
        }
        return true
    }

    /// libmicrohttpd's content reader of a response stream.
    private static func read(_ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int)
        -> Int
    {
        guard let context, let buffer else { return endWithError }
        let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
        let target = UnsafeMutableRawBufferPointer(start: buffer, count: size)
        do {
            // Called on libmicrohttpd's thread while it works on this connection, so it is safe to suspend it here.
            return try exchange.fill(target) { handle in MHD_suspend_connection(handle.pointer) } ?? endOfStream
        } catch {
            return endWithError
        }
    }

    private static let endOfStream = -1
    private static let endWithError = -2

    /// Fields the server sets itself.
    static func isServers(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: Headers.isSame(name, "Date")
        case 14: Headers.isSame(name, "Content-Length")
        case 17: Headers.isSame(name, "Transfer-Encoding")
        default: false
        }
    }
}
