import HawserCloud
import HawserCore

/// `hawser cloud check`: looks at a cloud with one session and says what will not work.
struct CloudExamination: Sendable {
    let session: CloudSession
    /// Whether the session is the operator's, who must be able to make domains.
    let isOperator: Bool

    /// What of seed 004 needs which service.
    private static let needs: [(service: CloudService, what: String, isNeeded: Bool)] = [
        (.identity, "tenants", true),
        (.compute, "flavors and instances", true),
        (.blockStorage, "cloud disks and system disks of instances", true),
        (.network, "VPCs, routers, security groups and floating IPs", true),
        (.image, "images", true),
        (.sharedFileSystem, "NAS disks", false),
    ]

    /// The microversions this program asks for.
    private static let asked: [CloudService: Microversion] = [
        .compute: Compute.microversion, .blockStorage: BlockStorage.microversion,
        .sharedFileSystem: SharedFileSystem.microversion,
    ]

    /// Looks at everything.
    func run() async -> [Finding] {
        let token: CloudToken
        do {
            token = try await session.token()
        } catch {
            return [.fail("login", "\(error)")]
        }
        var findings = [
            Finding.ok(
                "login",
                "\(session.settings.credentials.subject) at \(session.settings.credentials.authURL), project "
                    + (token.projectID ?? "none")
            ),
            .ok("regions", token.catalog.regions.joined(separator: ", ")),
        ]
        for need in Self.needs { findings.append(await service(need.service, need.what, isNeeded: need.isNeeded)) }
        findings += await extensions()
        findings += isOperator ? await domains() : await quotas()
        return findings
    }

    private func service(_ service: CloudService, _ what: String, isNeeded: Bool) async -> Finding {
        let name = service.rawValue
        do {
            let url = try await session.endpoint(of: service)
            guard let asked = Self.asked[service] else { return .ok(name, url) }
            guard let spoken = try await session.microversions(of: service) else {
                return .warn(name, "\(url) tells no microversions; \(asked) is asked for")
            }
            let range = "\(url), microversions \(spoken.lowerBound) to \(spoken.upperBound)"
            guard spoken.contains(asked) else {
                return .fail(name, "\(range), but \(what) need \(asked)")
            }
            return .ok(name, "\(range), asked for \(asked)")
        } catch let error as CloudError where error.kind == .unsupported {
            let text = "\(error.message): no \(what)"
            return isNeeded ? .fail(name, text) : .warn(name, text)
        } catch {
            return .fail(name, "\(error)")
        }
    }

    private func extensions() async -> [Finding] {
        do {
            let known = try await Networking(session).extensions()
            return [
                known.contains("fwaas_v2")
                    ? .ok("firewalls", "the network service has the extension fwaas_v2")
                    : .warn("firewalls", "the network service has no extension fwaas_v2: no firewalls"),
                known.contains("extraroute-atomic")
                    ? .ok("routes", "routes are added and removed atomically")
                    : .warn("routes", "no extension extraroute-atomic: no changes of routes"),
            ]
        } catch {
            return [.fail("extensions", "\(error)")]
        }
    }

    private func domains() async -> [Finding] {
        do {
            let count = try await Identity(session).domains().count
            return [.ok("domains", "\(count) are seen; this user can look after domains")]
        } catch {
            return [.fail("domains", "no tenants can be made: \(error)")]
        }
    }

    private func quotas() async -> [Finding] {
        var findings: [Finding] = []
        let questions: [(String, () async throws -> [CloudQuota])] = [
            ("compute", { try await Compute(session).quotas() }),
            ("block-storage", { try await BlockStorage(session).quotas() }),
            ("network", { try await Networking(session).quotas() }),
            ("shared-file-system", { try await SharedFileSystem(session).quotas() }),
        ]
        for (name, ask) in questions {
            do {
                for quota in try await ask() {
                    let text = "\(quota.name): \(quota.used) of \(quota.limit.map(String.init) ?? "any number") used"
                    findings.append(quota.free == 0 ? .warn(name, "\(text): no more") : .ok(name, text))
                }
            } catch let error as CloudError where error.kind == .unsupported {
                continue
            } catch {
                findings.append(.warn(name, "quotas: \(error)"))
            }
        }
        return findings
    }
}
