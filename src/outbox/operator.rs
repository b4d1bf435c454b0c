//! Who uses this program, for the record: the account on this machine and its name.

/// `meera@desk-4`, as far as the system tells.
pub fn operator() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()));
    let host = std::env::var("HOSTNAME")
        .ok()
        .or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    let user = user.unwrap_or_else(|| "unknown".to_owned());
    match host
        .as_deref()
        .map(str::trim)
        .filter(|host| !host.is_empty())
    {
        Some(host) => format!("{user}@{host}"),
        None => user,
    }
}
