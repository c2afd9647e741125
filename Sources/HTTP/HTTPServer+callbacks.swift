import CMicrohttpd
import Foundation
import HawserCore

// The functions libmicrohttpd calls, on its own threads. `context` is the engine, which is released only after the
// daemon has stopped; a connection and an exchange are retained by the pointer libmicrohttpd holds of them.
extension HTTPServer {
    static let onConnection: MHD_NotifyConnectionCallback = { context, raw, slot, code in
        guard let context, let raw, let slot else { return }
        let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
        if code == .CONNECTION_NOTIFY_STARTED {
            slot.pointee = Unmanaged.passRetained(engine.open(raw)).toOpaque()
        } else if let held = slot.pointee {
            engine.close(Unmanaged<Connection>.fromOpaque(held).takeRetainedValue())
            slot.pointee = nil
        }
    }

    static let onTarget:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            context,
            target,
            raw in
            guard let context, let raw else { return nil }
            let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
            // Bytes that are not UTF-8 become U+FFFD here, and `RequestTarget` refuses all that is not ASCII.
            let exchange = engine.start(raw, target: target.map { String(cString: $0) } ?? "")
            return Unmanaged.passRetained(exchange).toOpaque()
        }

    /// Leaves the path as it came: it is decoded by segment.
    static let onUnescape:
        @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?) -> Int =
            { _, _, text in
                text.map { strlen($0) } ?? 0
            }

    static let onAccess: MHD_AccessHandlerCallback = { context, raw, _, method, version, upload, size, slot in
        guard let context, let raw, let size, let slot, let held = slot.pointee else { return .NO }
        let exchange = Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
        if let upload {
            let (result, left) = exchange.receive(raw, UnsafeRawBufferPointer(start: upload, count: size.pointee))
            size.pointee = left
            return result
        }
        if exchange.isBegun { return exchange.proceed(raw) }
        let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
        return engine.begin(
            exchange,
            raw,
            method: method.map { String(cString: $0) } ?? "",
            version: version.map { String(cString: $0) } ?? ""
        )
    }

    static let onCompleted: MHD_RequestCompletedCallback = { context, _, slot, code in
        guard let context, let slot, let held = slot.pointee else { return }
        let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
        let exchange = Unmanaged<Exchange>.fromOpaque(held).takeRetainedValue()
        slot.pointee = nil
        engine.finish(exchange, well: code == .REQUEST_TERMINATED_COMPLETED_OK)
    }

    static let onLog: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = { context, line in
        guard let context, let line, Log.level <= .debug else { return }
        let engine = Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
        engine.log.debug(String(cString: line).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
