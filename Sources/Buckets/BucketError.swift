/// What cannot be done with a bucket.
public enum BucketError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is or was a bucket of this number.
    case numberTaken(Int64)
    /// It is not there any more, or takes no files because it is being deleted.
    case closed(Int64)
    /// The upload took longer than others wait for a sign of life.
    case uploadGivenUp

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .numberTaken(let id): "there is or was a bucket \(id)"
        case .closed(let id): "bucket \(id) is being deleted"
        case .uploadGivenUp: "the upload was given up because it made no progress"
        }
    }
}
