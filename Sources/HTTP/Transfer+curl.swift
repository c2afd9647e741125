import CCurl
import Foundation
import Synchronization

// What libcurl's thread does.
extension Transfer {
    /// Makes the easy handle; nil when the transfer is already over.
    func begin() -> UnsafeMutableRawPointer? {
        guard !isCancelled else { return nil }
        guard let easy = curl_easy_init() else {
            fail(.closed, "out of memory")
            return nil
        }
        // The handle holds this transfer until `end`.
        let context = Unmanaged.passRetained(self).toOpaque()
        hawser_curl_set_callbacks(easy, context, Self.onData, Self.onHeader, Self.onRead, Self.onSeek)
        if request.addresses != .any { hawser_curl_set_guard(easy, context, Self.onSocket, Self.onReady) }
        _ = hawser_curl_set_text(easy, CURLOPT_URL, request.url)
        _ = hawser_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = hawser_curl_set_text(easy, CURLOPT_PROXY, "")
        _ = hawser_curl_set_text(easy, CURLOPT_USERAGENT, options.userAgent)
        setTLS(easy)
        _ = hawser_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        _ = hawser_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = hawser_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        _ = hawser_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        _ = hawser_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        _ = hawser_curl_set_long(easy, CURLOPT_TIMEOUT_MS, request.timeout.map(Self.milliseconds) ?? 0)
        _ = hawser_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        if request.method == "HEAD" { _ = hawser_curl_set_long(easy, CURLOPT_NOBODY, 1) }
        switch request.body {
        case .none: break
        case .bytes(let bytes): setUpload(easy, Int64(bytes.count))
        case .stream(let length, _): setUpload(easy, length)
        }
        if !request.isRepeatable, hasNoBytes { _ = hawser_curl_set_long(easy, CURLOPT_FRESH_CONNECT, 1) }
        // libcurl would wait a second for "100 Continue".
        var list: UnsafeMutablePointer<curl_slist>? = curl_slist_append(nil, "Expect:")
        for field in request.headers where !Headers.isSame(field.name, "Content-Length") {
            list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        _ = hawser_curl_set_headers(easy, list)
        state.withLock { state in
            state.handle = Handle(pointer: easy)
            state.headerList = list.map(HeaderList.init)
        }
        return easy
    }

    /// Takes leave of the easy handle, which is no longer in the multi handle.
    func end(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        if code == CURLE_OK {
            // libcurl takes a head that is cut in its last lines for a whole answer.
            if state.withLock({ $0.isHeadComplete }) {
                finish(nil)
            } else {
                fail(.receive, "the connection ended within the answer's head")
            }
        } else {
            let (isRefused, isTooLarge) = state.withLock { ($0.isRefused, $0.isTooLarge) }
            let number = hawser_curl_get_long(easy, CURLINFO_OS_ERRNO)
            if isRefused {
                fail(.refusedAddress, "the address is not a public one")
            } else if isTooLarge {
                fail(.tooLarge, "the response is longer than \(limit ?? 0) bytes")
            } else if loopHasEnded(code) {
                fail(.closed, "the client was shut down")
            } else {
                let system = number > 0 ? ": \(String(cString: strerror(Int32(clamping: number))))" : ""
                let text = String(cString: curl_easy_strerror(code))
                fail(HTTPClientError.kind(of: code), text + system)
            }
        }
        let list = state.withLock { state in
            state.handle = nil
            defer { state.headerList = nil }
            return state.headerList
        }
        curl_easy_cleanup(easy)
        if let list { curl_slist_free_all(list.pointer) }
        Unmanaged.passUnretained(self).release()
    }

    private func loopHasEnded(_ code: CURLcode) -> Bool {
        code == CURLE_ABORTED_BY_CALLBACK && !isCancelled
    }

    private func setTLS(_ easy: UnsafeMutableRawPointer) {
        let tls = request.tls
        if let file = tls.caFile ?? options.caFile { _ = hawser_curl_set_text(easy, CURLOPT_CAINFO, file) }
        if let file = tls.certificateFile { _ = hawser_curl_set_text(easy, CURLOPT_SSLCERT, file) }
        if let file = tls.keyFile { _ = hawser_curl_set_text(easy, CURLOPT_SSLKEY, file) }
        guard !tls.verifies else { return }
        _ = hawser_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
        _ = hawser_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
    }

    /// Whether a body was sent whose second sending libcurl would not announce by seeking back.
    private var hasNoBytes: Bool {
        switch request.body {
        case .none: true
        case .bytes(let bytes): bytes.isEmpty
        case .stream: false
        }
    }

    private func setUpload(_ easy: UnsafeMutableRawPointer, _ length: Int64) {
        _ = hawser_curl_set_long(easy, CURLOPT_UPLOAD, 1)
        _ = hawser_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration / .milliseconds(1)))
    }

    private static func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    private static let onData: curl_write_callback = { bytes, _, count, context in
        guard let context, let bytes else { return 0 }
        let transfer = transfer(context)
        let chunk = UnsafeRawBufferPointer(start: bytes, count: count)
        let (taken, reader) = transfer.state.withLock { state -> (Int, CheckedContinuation<[UInt8]?, any Error>?) in
            if state.isCancelled || state.isDone { return (0, nil) }
            state.activeAt = .now
            if let limit = transfer.limit, state.received + Int64(count) > Int64(limit) {
                state.isTooLarge = true
                return (0, nil)
            }
            if let reader = state.reader {
                state.reader = nil
                state.received += Int64(count)
                return (count, reader)
            }
            if state.input.count >= bufferLimit {
                state.isWritePaused = true
                return (Int(hawser_curl_write_pause()), nil)
            }
            state.received += Int64(count)
            state.input.append(Array(chunk))
            return (count, nil)
        }
        reader?.resume(returning: Array(chunk))
        return taken
    }

    private static let onHeader: curl_write_callback = { bytes, _, count, context in
        guard let context, let bytes else { return 0 }
        let transfer = transfer(context)
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        let head = transfer.state.withLock { state -> (CheckedContinuation<Head, any Error>, Head)? in
            state.activeAt = .now
            let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if text.hasPrefix("HTTP/") {
                state.status = Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0
                state.headers = Headers()
                return nil
            }
            if !text.isEmpty {
                if state.isHeadComplete { return nil }
                let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                if pieces.count == 2 { state.headers.add(String(pieces[0]), String(pieces[1].trimmed)) }
                return nil
            }
            // An interim answer (100, 103) is followed by another.
            guard state.status >= 200, !state.isHeadComplete else { return nil }
            state.isHeadComplete = true
            guard let reader = state.headReader else { return nil }
            state.headReader = nil
            return (reader, Head(status: state.status, headers: state.headers))
        }
        head?.0.resume(returning: head?.1 ?? Head(status: 0, headers: Headers()))
        return count
    }

    private static let onRead: curl_read_callback = { buffer, _, count, context in
        guard let context, let buffer else { return Int(hawser_curl_read_abort()) }
        let transfer = transfer(context)
        let target = UnsafeMutableRawBufferPointer(start: buffer, count: count)
        let (done, sender) = transfer.state.withLock { state -> (Int, CheckedContinuation<Void, any Error>?) in
            if state.isCancelled || state.error != nil { return (Int(hawser_curl_read_abort()), nil) }
            state.activeAt = .now
            if case .bytes(let bytes) = transfer.request.body {
                let size = min(count, bytes.count - state.offset)
                bytes.withUnsafeBytes { source in
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[state.offset..<(state.offset + size)])
                    )
                }
                state.offset += size
                return (size, nil)
            }
            let size = state.output.read(into: target)
            if size > 0 {
                guard state.output.count <= bufferLimit / 2 else { return (size, nil) }
                defer { state.sender = nil }
                return (size, state.sender)
            }
            if state.isOutputComplete { return (0, nil) }
            state.isReadPaused = true
            return (Int(hawser_curl_read_pause()), nil)
        }
        sender?.resume()
        return done
    }

    /// A kept connection may turn out dead; then libcurl sends the body again from its start.
    private static let onSeek: curl_seek_callback = { context, offset, origin in
        guard let context, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
        let transfer = transfer(context)
        guard transfer.request.isRepeatable, case .bytes(let bytes) = transfer.request.body, offset >= 0,
            offset <= bytes.count
        else { return CURL_SEEKFUNC_FAIL }
        transfer.state.withLock { $0.offset = Int(offset) }
        return CURL_SEEKFUNC_OK
    }

    /// Opens a socket when the address is allowed; this is the address that will be connected to.
    private static let onSocket: curl_opensocket_callback = { context, _, address in
        guard let context, let address else { return -1 }
        let transfer = transfer(context)
        let isAllowed = withUnsafePointer(to: &address.pointee.addr) { pointer in
            IPAddress(pointer).map { transfer.request.addresses.allows($0) } ?? false
        }
        guard isAllowed else {
            transfer.state.withLock { $0.isRefused = true }
            return -1
        }
        return hawser_curl_socket(address)
    }

    /// Looks at the connection a request is about to be sent on, which may be a kept one of a request with fewer rules.
    private static let onReady: curl_prereq_callback = { context, remote, _, _, _ in
        guard let context, let remote else { return CURL_PREREQFUNC_ABORT }
        let transfer = transfer(context)
        guard let address = IPAddress(String(cString: remote)), transfer.request.addresses.allows(address) else {
            transfer.state.withLock { $0.isRefused = true }
            return CURL_PREREQFUNC_ABORT
        }
        transfer.state.withLock { $0.isRefused = false }
        return CURL_PREREQFUNC_OK
    }
}
