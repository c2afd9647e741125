import Foundation
import HawserCore
import HawserHTTP

// The HTTP server alone, with one answer for everything: what the API's rate is compared with. Prints its port.

Log.level = .warning
let body = JSON.object(["status": "ok"])
let server = try HTTPServer(options: HTTPServer.Options(), log: Log("baseline")) { _ in .json(200, body) }
print(try server.start())
fflush(nil)
// The parent ends it.
try await Task.sleep(for: .seconds(86_400))
