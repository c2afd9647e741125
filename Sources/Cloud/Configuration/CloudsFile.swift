import Foundation
import HawserCore

/// A `clouds.yaml`, read as OpenStack's own tools read it.
///
/// Beside it may lie `secure.yaml`, which is merged over it, and `clouds-public.yaml` with the profiles it names. Rules
/// as openstacksdk's: hyphens in names count as underscores, `auth` fields may stand outside of `auth`, old names
/// (`tenant_name`, `endpoint_type`, `auth_plugin`) are known, values of a region win over those of the cloud, those over
/// the profile's. Profiles that openstacksdk brings along are not known here. Unlike there, a single `region_name` is the
/// region of who names none: who does may name any other of the catalogue. A list (`regions`) leaves no others.
public struct CloudsFile: Sendable {
    let path: String
    private let main: Source
    private let secure: Source?
    private let profiles: Source?
    private let merged: JSON

    /// A file with where its values stand.
    struct Source: Sendable {
        let path: String
        let yaml: YAML

        init(path: String, text: String) throws {
            self.path = path
            do {
                yaml = try YAML(parsing: text)
            } catch let error as YAML.Failure {
                throw CloudsFileError(file: path, line: error.line, field: "", reason: error.reason)
            }
        }
    }

    /// Reads a file and those beside it.
    ///
    /// - Throws: `CloudsFileError` with file, line and field.
    public init(path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        func beside(_ name: String) throws -> String? {
            let path = folder.appendingPathComponent(name).path
            return FileManager.default.fileExists(atPath: path) ? try Self.text(path) : nil
        }
        try self.init(
            text: try Self.text(path),
            path: path,
            secure: try beside("secure.yaml") ?? beside("secure.yml"),
            profiles: try beside("clouds-public.yaml") ?? beside("clouds-public.yml")
        )
    }

    /// Reads texts instead of files.
    ///
    /// - Throws: `CloudsFileError` with file, line and field.
    public init(text: String, path: String = "clouds.yaml", secure: String? = nil, profiles: String? = nil) throws {
        self.path = path
        main = try Source(path: path, text: text)
        self.secure = try secure.map { try Source(path: "secure.yaml", text: $0) }
        self.profiles = try profiles.map { try Source(path: "clouds-public.yaml", text: $0) }
        var merged = main.yaml.value
        if let over = self.secure?.yaml.value { merged = Self.merge(merged, over) }
        self.merged = merged
        guard case .object? = merged["clouds"] else {
            throw CloudsFileError(file: path, line: nil, field: "clouds", reason: "is missing or no mapping")
        }
    }

    /// The names of the clouds, sorted.
    public var names: [String] { (merged["clouds"]?.object ?? [:]).keys.sorted() }

    /// The regions a cloud names, in order; empty when it names none and the catalogue decides.
    ///
    /// - Throws: `CloudsFileError`.
    public func regions(of name: String) throws -> [String] {
        try entry(name).regions().map(\.name)
    }

    /// Whether a region is left to the catalogue to know: the cloud does not name it, and lists no regions.
    ///
    /// - Throws: `CloudsFileError`.
    func leaves(_ region: String, of name: String) throws -> Bool {
        let entry = try entry(name)
        return try entry.isOpen && !entry.regions().contains { $0.name == region }
    }

    /// A cloud of the file.
    ///
    /// - Parameters:
    ///   - name: its name; nil takes the only one.
    ///   - region: one of the regions it names, or any where it lists none; nil takes the first.
    /// - Returns: the cloud in that region.
    /// - Throws: `CloudsFileError` when there is no such cloud or region, or a field is wrong.
    public func cloud(_ name: String? = nil, region: String? = nil) throws -> CloudSettings {
        let names = names
        guard let name = name ?? (names.count == 1 ? names[0] : nil) else {
            throw error([], "name the cloud: there are \(names.count)")
        }
        return try entry(name).settings(region: region)
    }

    private func entry(_ name: String) throws -> CloudsFileEntry {
        guard let raw = merged["clouds"]?[name] else {
            let near = names.isEmpty ? "" : " (there are: \(names.joined(separator: ", ")))"
            throw error(["clouds", name], "there is no such cloud\(near)")
        }
        guard case .object(let own) = raw else { throw error(["clouds", name], "is no mapping") }
        var members = Self.normalized(own)
        if let profile = (members["profile"] ?? members["cloud"])?.string,
            case .object(let base)? = profiles?.yaml.value["public-clouds"]?[profile]
        {
            members = Self.overlay(Self.normalized(base), members)
        }
        return CloudsFileEntry(file: self, name: name, members: members)
    }

    /// An error about a field, with the line of the file that says it last.
    func error(_ field: [String], _ reason: String) -> CloudsFileError {
        if let secure, let line = secure.line(exactly: field) {
            return CloudsFileError(
                file: secure.path,
                line: line,
                field: field.joined(separator: "."),
                reason: reason
            )
        }
        let line = main.yaml.line(of: field)
        return CloudsFileError(file: path, line: line, field: field.joined(separator: "."), reason: reason)
    }

    /// Both together, the second over the first, at every depth.
    static func merge(_ base: JSON, _ over: JSON) -> JSON {
        guard case .object(let old) = base, case .object(let new) = over else { return over == .null ? base : over }
        return .object(old.merging(new) { merge($0, $1) })
    }

    /// The second over the first; only `auth` is merged field by field.
    static func overlay(_ base: [String: JSON], _ over: [String: JSON]) -> [String: JSON] {
        base.merging(over) { old, new in
            if case .object(let a) = old, case .object(let b) = new { return .object(a.merging(b) { $1 }) }
            return new
        }
    }

    /// The members with `_` for `-` in their names, at every depth.
    static func normalized(_ members: [String: JSON]) -> [String: JSON] {
        var result: [String: JSON] = [:]
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            if case .object(let inner) = value {
                result[key.replacingHyphens] = .object(normalized(inner))
            } else {
                result[key.replacingHyphens] = value
            }
        }
        return result
    }

    private static func text(_ path: String) throws -> String {
        func failure(_ reason: String) -> CloudsFileError {
            CloudsFileError(file: path, line: nil, field: "", reason: reason)
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw failure("cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { try? handle.close() }
        let data: Data?
        do {
            data = try handle.read(upToCount: YAML.maxBytes + 1)
        } catch {
            throw failure("cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(data: data ?? Data(), encoding: .utf8) else { throw failure("is not UTF-8") }
        return text
    }
}

extension CloudsFile.Source {
    /// The line of a value that stands in this file itself.
    func line(exactly field: [String]) -> Int? {
        var value: JSON? = yaml.value
        for key in field { value = value?[key] }
        return value == nil ? nil : yaml.line(of: field)
    }
}
