import Foundation
import HawserCore
import Testing

@testable import HawserCloud

/// What is read out of the notifications in `Notifications/`: messages of OpenStack Zed, as RabbitMQ had them, without
/// the contexts of their requests.
@Suite struct CloudNoticeTests {
    /// A message as it came.
    static func message(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Notifications")
        return Array(try Data(contentsOf: folder.appending(path: "\(name).json")))
    }

    @Test(arguments: [
        ("server-create-start", "compute.instance.create.start", CloudThing.Sort.server, false),
        ("server-create-end", "compute.instance.create.end", .server, true),
        ("server-update-active", "compute.instance.update", .server, false),
        ("server-update-error", "compute.instance.update", .server, true),
        ("server-resize-prep-end", "compute.instance.resize.prep.end", .server, false),
        ("server-finish-resize-end", "compute.instance.finish_resize.end", .server, true),
        ("server-volume-attach", "compute.instance.volume.attach", .server, false),
        ("server-reboot-error", "compute.instance.reboot.error", .server, true),
        ("server-build-error", "compute_task.build_instances", .server, true),
        ("server-stop-error", "stop_instance", .server, true),
        ("volume-attach-end", "volume.attach.end", .volume, true),
        ("volume-create-error", "scheduler.create_volume", .volume, true),
        ("share-create-end", "share.create.end", .share, true),
    ])
    func messagesAreRead(_ file: String, _ event: String, _ sort: CloudThing.Sort, _ isEnd: Bool) throws {
        let message = try Self.message(file)
        let notice = try #require(try CloudNotice(message: message))
        #expect(notice.event == event)
        #expect(notice.thing.sort == sort)
        #expect(notice.isEnd == isEnd)
        #expect(UUIDv7.isUUID(notice.thing.id))
        // The same without the envelope, as oslo.messaging 1.0 sends it.
        let inner = try #require(try JSON(parsing: message)["oslo.message"]?.string)
        #expect(try CloudNotice(message: Array(inner.utf8)) == notice)
    }

    @Test func theIdIsThatOfTheThingItHappenedTo() throws {
        let attached = try #require(try CloudNotice(message: try Self.message("server-volume-attach")))
        #expect(attached.thing == .server("33683928-d971-4d41-b23c-06a443b2a174"))
        let stopped = try #require(try CloudNotice(message: try Self.message("server-stop-error")))
        #expect(stopped.thing == .server("2b7ea7e5-09f1-4211-a4ad-e6b412de4c6b"))
    }

    @Test func whatIsAboutNothingThatIsWaitedForIsPassedOver() throws {
        #expect(try CloudNotice(message: try Self.message("network-create-end")) == nil)
        for text in ["{}", "[]", "null", #"{"event_type": "a.end"}"#, #"{"event_type": 1, "payload": {}}"#] {
            #expect(try CloudNotice(message: Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test(arguments: ["", "{", "\u{0}", #"{"oslo.message": "{"}"#, "hello"])
    func whatIsNoMessageIsAnError(_ text: String) {
        #expect(throws: (any Error).self) { try CloudNotice(message: Array(text.utf8)) }
    }
}
