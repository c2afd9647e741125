import Foundation

/// What the kernel knows of a TCP connection.
///
/// Read by offset from `struct tcp_info` of `linux/tcp.h`, whose layout is part of the kernel's interface: glibc's own
/// header lacks these fields and the two headers cannot be imported together.
struct TCPInfo {
    /// Bytes of payload received so far.
    let received: UInt64
    /// Bytes the other side has acknowledged so far.
    let acknowledged: UInt64
    /// Segments and bytes that are sent or to be sent and not yet acknowledged; 0 when there are none.
    let pending: UInt64

    /// Asks the kernel; all 0 when the socket is no TCP socket.
    init(_ descriptor: Int32) {
        var info: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            var size = socklen_t(bytes.count)
            guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, bytes.baseAddress, &size) == 0 else { return }
            let unacknowledged = bytes.load(fromByteOffset: 24, as: UInt32.self)
            let notSent = bytes.load(fromByteOffset: 144, as: UInt32.self)
            info = (
                bytes.load(fromByteOffset: 128, as: UInt64.self),
                bytes.load(fromByteOffset: 120, as: UInt64.self),
                UInt64(unacknowledged) + UInt64(notSent)
            )
        }
        (received, acknowledged, pending) = info
    }
}
