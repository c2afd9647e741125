/// Writes fragments of a partition: reads a group of stripes while the group before is computed and the one before that
/// is written.
///
/// Takes the memory of three groups. A fragment whose target fails is left out from there on; all others are written.
struct FragmentPipeline: Sendable {
    let shape: PartitionShape
    let content: String
    let partition: Int
    let source: any StripeSource
    /// How many fragments may fail before it is of no use to go on.
    let mayFail: Int

    /// Writes fragments and ends their files.
    ///
    /// - Parameters:
    ///   - sinks: where to, by the fragment's index.
    ///   - progress: called with the number of stripes that were written.
    /// - Returns: what went wrong, by the fragment's index; these sinks are the caller's to abort.
    /// - Throws: what the source throws; then all sinks are.
    func write(
        to sinks: [Int: any TargetSink],
        progress: (@Sendable (Int) async -> Void)? = nil
    ) async throws -> [Int: any Error] {
        var open = sinks
        var failures: [Int: any Error] = [:]
        func note(_ failed: [Int: any Error]) {
            for (index, error) in failed {
                failures[index] = error
                open[index] = nil
            }
        }
        var blocks = [MemoryBlock?](repeating: nil, count: 3)
        let ranges = groups()
        var written: StripeGroup?
        var computed = try await read(ranges.first.map { group($0, 0, &blocks) })
        for number in ranges.indices {
            try Task.checkCancellation()
            guard let current = computed else { break }
            let after = ranges.indices.contains(number + 1) ? group(ranges[number + 1], number + 1, &blocks) : nil
            let (before, targets) = (written, open)
            async let next = read(after)
            async let failed = write(before, to: targets)
            try await source.make(current)
            note(await failed)
            if let before { await progress?(before.stripes.upperBound) }
            guard failures.count <= mayFail else { return failures }
            written = current
            computed = try await next
        }
        note(await write(written, to: open))
        if let written { await progress?(written.stripes.upperBound) } else { note(await writeHeaders(to: open)) }
        note(await each(open) { _, sink in try await sink.finish() })
        return failures
    }

    private func groups() -> [Range<Int>] {
        let size = StripeGroup.stripes(of: shape)
        return stride(from: 0, to: shape.stripes, by: size).map { $0..<min($0 + size, shape.stripes) }
    }

    /// A group in the memory of the third last one, unless a target that hangs has not let go of that.
    private func group(_ stripes: Range<Int>, _ number: Int, _ blocks: inout [MemoryBlock?]) -> StripeGroup {
        var block = blocks[number % 3].take()
        if block == nil || !isKnownUniquelyReferenced(&block) { block = nil }
        let memory = block ?? MemoryBlock(count: StripeGroup.memory(for: shape))
        blocks[number % 3] = memory
        return StripeGroup(shape: shape, stripes: stripes, block: memory)
    }

    private func read(_ group: StripeGroup?) async throws -> StripeGroup? {
        guard let group else { return nil }
        try await source.read(group)
        return group
    }

    private func write(_ group: StripeGroup?, to sinks: [Int: any TargetSink]) async -> [Int: any Error] {
        guard let group else { return [:] }
        return await each(sinks) { index, sink in try await sink.write(group.output(index, header: header(index))) }
    }

    private func writeHeaders(to sinks: [Int: any TargetSink]) async -> [Int: any Error] {
        await each(sinks) { index, sink in try await sink.write(MemorySlice(header(index))) }
    }

    private func header(_ index: Int) throws -> [UInt8] {
        try FragmentHeader(content: content, partition: partition, fragment: index, shape: shape).bytes
    }

    /// Does something with all at the same time; answers what went wrong.
    private func each(
        _ sinks: [Int: any TargetSink],
        _ body: @escaping @Sendable (Int, any TargetSink) async throws -> Void
    ) async -> [Int: any Error] {
        await withTaskGroup(of: (Int, (any Error)?).self) { tasks in
            for (index, sink) in sinks {
                tasks.addTask {
                    do {
                        try await body(index, sink)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            var failures: [Int: any Error] = [:]
            for await (index, error) in tasks { failures[index] = error }
            return failures
        }
    }
}
