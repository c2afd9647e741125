public import HawserMetadata

extension MongoDatabase.Options {
    /// More patience than a client has: a busy machine is no outage.
    public static var forTests: MongoDatabase.Options {
        var options = MongoDatabase.Options()
        options.patienceMilliseconds = 20_000
        options.selectionMilliseconds = 20_000
        options.connectMilliseconds = 10_000
        return options
    }
}
