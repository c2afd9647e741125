import HawserCore
import HawserQueue

/// Counts what a transfer has moved and tells those who watch the job.
actor TransferMeter {
    private let job: JobContext
    private let total: Int64
    private let totalFiles: Int64
    private var done: Int64
    private var doneFiles: Int64

    init(job: JobContext, total: Int64, totalFiles: Int64, done: Int64, doneFiles: Int64) {
        self.job = job
        self.total = total
        self.totalFiles = totalFiles
        self.done = done
        self.doneFiles = doneFiles
    }

    /// Tells how far it is, seldom enough.
    func tell() async {
        let progress: JSON = [
            "done": .int(min(done, total)), "total": .int(total), "files": .int(doneFiles),
            "total_files": .int(totalFiles),
        ]
        // A courtesy: what is moved is moved, whether it can be told or not.
        try? await job.progress(progress)
    }

    fileprivate func add(_ bytes: Int64, files: Int64 = 0) async {
        done += bytes
        doneFiles += files
        await tell()
    }

    /// What one file has added, so that it can be taken back.
    actor Share {
        private let meter: TransferMeter
        private var bytes: Int64 = 0

        init(_ meter: TransferMeter) {
            self.meter = meter
        }

        /// More bytes went.
        func add(_ count: Int64) async {
            bytes += count
            await meter.add(count)
        }

        /// The file is done; it counts as the list says, whatever went.
        func finish(_ size: Int64) async {
            await meter.add(size - bytes, files: 1)
        }

        /// The file is not done.
        func drop() async {
            await meter.add(-bytes)
        }
    }
}
