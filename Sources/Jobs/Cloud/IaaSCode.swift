/// The codes of seed 004's replies, as its original counts them (`common/error.go`).
public enum IaaSCode: Int, Sendable, Codable, CaseIterable {
    /// 200 OK.
    case ok = 200
    /// 401 Unauthorized.
    case unauthorized = 401
    /// Param check failed.
    case badParameter = 10000
    /// Api auth failed.
    case apiAuth = 10001
    /// No access to the cloud.
    case noClient = 10002
    /// Parse cidr failed.
    case badCIDR = 10005
    /// Create security group failed.
    case securityGroupCreate = 20001
    /// Get security group failed.
    case securityGroupGet = 20002
    /// Delete security group failed.
    case securityGroupDelete = 20003
    /// Update security group failed.
    case securityGroupUpdate = 20004
    /// Operate security group failed.
    case securityGroupOperate = 20005
    /// Create network failed.
    case networkCreate = 21000
    /// Get network failed.
    case networkGet = 21001
    /// Update network failed.
    case networkUpdate = 21002
    /// Create subnet failed.
    case subnetCreate = 22000
    /// Create router failed.
    case routerCreate = 23000
    /// Add interface to router failed.
    case interfaceAdd = 25000
    /// Get router failed.
    case routerGet = 23004
    /// Set router failed.
    case routerSet = 23005
    /// Router has no external gateway.
    case routerNoGateway = 23006
    /// Bind floating ip failed.
    case floatingIPCreate = 26000
    /// Revoke floating ip failed.
    case floatingIPRevoke = 26002
    /// Create nat gateway failed.
    case natCreate = 30000
    /// Delete nat gateway failed.
    case natDelete = 30001
    /// Get nat gateway failed.
    case natGet = 30002
    /// List flavors failed.
    case flavorList = 40001
    /// Get flavor failed.
    case flavorGet = 40003
    /// Create volume of instance failed.
    case instanceCreateVolume = 40101
    /// Create instance failed.
    case instanceCreate = 40102
    /// Get instance failed.
    case instanceGet = 40104
    /// Resize instance failed.
    case instanceResize = 40105
    /// Delete instance failed.
    case instanceDelete = 40107
    /// Instance operation not supported.
    case instanceUnknownOperation = 40108
    /// Operate instance failed.
    case instanceOperate = 40109
    /// Invalid instance status for resize.
    case instanceNotResizable = 40110
    /// Create cloud disk failed.
    case diskCreate = 50001
    /// Delete cloud disk failed.
    case diskDelete = 50002
    /// Get cloud disk failed.
    case diskGet = 50003
    /// Resize cloud disk failed.
    case diskResize = 50004
    /// Modify cloud disk failed.
    case diskModify = 50005
    /// Attach or detach cloud disk failed.
    case diskOperate = 50006
    /// Create nas disk failed.
    case shareCreate = 91013
    /// Delete nas disk failed.
    case shareDelete = 91014
    /// Get nas disk failed.
    case shareGet = 91012
    /// Get tenant failed.
    case tenantGet = 90000
    /// Create tenant failed.
    case tenantCreate = 90001
    /// Tenant already exists.
    case tenantExists = 90004
    /// Get image failed.
    case imageGet = 98000
    /// List images failed.
    case imageList = 98001
    /// Get peer link failed.
    case peerGet = 100000
    /// Delete peer link failed.
    case peerDelete = 100001
    /// Create peer link failed.
    case peerCreate = 100002
    /// Add route of peer link failed.
    case peerRoute = 100003
    /// Add interface of peer link failed.
    case peerInterface = 100004
    /// Create or get firewall failed.
    case firewallCreate = 101000
    /// Firewall is bound.
    case firewallBound = 101001
    /// Delete firewall failed.
    case firewallDelete = 101002
    /// Update firewall failed.
    case firewallUpdate = 101003
    /// Operate firewall failed.
    case firewallOperate = 101004

    /// What went wrong, or that nothing did, in a few words.
    public var text: String {
        switch self {
        case .ok: "200 OK"
        case .unauthorized: "401 Unauthorized"
        case .badParameter: "param check failed"
        case .apiAuth: "api auth failed"
        case .noClient: "no access to the cloud"
        case .badCIDR: "parse cidr failed"
        case .securityGroupCreate: "create security group failed"
        case .securityGroupGet: "get security group failed"
        case .securityGroupDelete: "delete security group failed"
        case .securityGroupUpdate: "update security group failed"
        case .securityGroupOperate: "operate security group failed"
        case .networkCreate: "create network failed"
        case .networkGet: "get network failed"
        case .networkUpdate: "update network failed"
        case .subnetCreate: "create subnet failed"
        case .routerCreate: "create router failed"
        case .interfaceAdd: "add interface to router failed"
        case .routerGet: "get router failed"
        case .routerSet: "set router failed"
        case .routerNoGateway: "router has no external gateway"
        case .floatingIPCreate: "bind floating ip failed"
        case .floatingIPRevoke: "revoke floating ip failed"
        case .natCreate: "create nat gateway failed"
        case .natDelete: "delete nat gateway failed"
        case .natGet: "get nat gateway failed"
        case .flavorList: "list flavors failed"
        case .flavorGet: "get flavor failed"
        case .instanceCreateVolume: "create volume of instance failed"
        case .instanceCreate: "create instance failed"
        case .instanceGet: "get instance failed"
        case .instanceResize: "resize instance failed"
        case .instanceDelete: "delete instance failed"
        case .instanceUnknownOperation: "instance operation not supported"
        case .instanceOperate: "operate instance failed"
        case .instanceNotResizable: "invalid instance status for resize"
        case .diskCreate: "create cloud disk failed"
        case .diskDelete: "delete cloud disk failed"
        case .diskGet: "get cloud disk failed"
        case .diskResize: "resize cloud disk failed"
        case .diskModify: "modify cloud disk failed"
        case .diskOperate: "attach or detach cloud disk failed"
        case .shareCreate: "create nas disk failed"
        case .shareDelete: "delete nas disk failed"
        case .shareGet: "get nas disk failed"
        case .tenantGet: "get tenant failed"
        case .tenantCreate: "create tenant failed"
        case .tenantExists: "tenant already exists"
        case .imageGet: "get image failed"
        case .imageList: "list images failed"
        case .peerGet: "get peer link failed"
        case .peerDelete: "delete peer link failed"
        case .peerCreate: "create peer link failed"
        case .peerRoute: "add route of peer link failed"
        case .peerInterface: "add interface of peer link failed"
        case .firewallCreate: "create or get firewall failed"
        case .firewallBound: "firewall is bound"
        case .firewallDelete: "delete firewall failed"
        case .firewallUpdate: "update firewall failed"
        case .firewallOperate: "operate firewall failed"
        }
    }
}
