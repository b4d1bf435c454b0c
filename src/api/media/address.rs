//! Where a file may be fetched from: public addresses, and this machine for a profile of it.
//!
//! A message can hold any address, so what it names is checked before and after the name is
//! resolved, and only checked addresses are connected to. Nothing is fetched here.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How far a client may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses by https.
    Public,
    /// This machine as well, also by http: the profile itself is one of this machine.
    PublicAndThisMachine,
}

/// Why an address is not fetched from; the text completes "cannot be fetched: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("its address cannot be read")]
    NoAddress,
    #[error("its address does not begin with https://")]
    NotHttps,
    #[error("a user name or password stands in its address")]
    UserInfo,
    #[error("{0} leads to an address of a private or special network")]
    NotPublic(String),
    #[error("no address is known for {0}")]
    Unknown(String),
}

/// Reads the address of a file and checks all that can be checked without resolving its name.
pub(super) fn checked(text: &str, reach: Reach) -> Result<Url, Refusal> {
    let url = Url::parse(text.trim()).map_err(|_| Refusal::NoAddress)?;
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.is_empty() {
        return Err(Refusal::NoAddress);
    }
    let number: Option<IpAddr> = bare.parse().ok();
    match (url.scheme(), reach) {
        ("https", _) => {}
        ("http", Reach::PublicAndThisMachine)
            if number.map_or(is_localhost(bare), |number| number.is_loopback()) => {}
        _ => return Err(Refusal::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    // The library asks no resolver for numbers.
    if number.is_some_and(|number| !may_connect(number, reach)) {
        return Err(Refusal::NotPublic(host.to_owned()));
    }
    Ok(url)
}

/// The host of an address, for sentences and the log: the rest may be a secret.
pub fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    url.host_str().map(str::to_owned)
}

fn is_localhost(host: &str) -> bool {
    host.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}

fn may_connect(address: IpAddr, reach: Reach) -> bool {
    match reach {
        Reach::Public => is_public(address),
        Reach::PublicAndThisMachine => address.is_loopback() || is_public(address),
    }
}

/// Whether an address is one of the open internet. What is reserved, special or leads to an IPv4
/// address in another dress is judged by what it leads to, or refused.
/// The ranges are those of the IANA registries of special-purpose addresses.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127 | 224..=255, _, _)
        | (169, 254, _)
        | (192, 168, _)
        // Protocol assignments, documentation, the old 6to4 relays.
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (192, 31, 196)
        | (192, 52, 193)
        | (192, 175, 48)
        | (198, 51, 100)
        | (203, 0, 113) => true,
        (172, b, _) => (16..=31).contains(&b),
        // Shared by the customers of a provider.
        (100, b, _) => (64..=127).contains(&b),
        // Benchmarks.
        (198, b, _) => b == 18 || b == 19,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // An IPv4 address as it is, or behind the translator of a network that has only IPv6.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[one, two], [three, four]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(one, two, three, four))
        }
        // Tunnels, benchmarks, identifiers, documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x2002, ..] => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Only this eighth of all addresses is given out.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

/// The resolver of the media client: the system's answers, if all of them may be connected to.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckedResolver {
    pub(super) reach: Reach,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let addresses = only_checked(&host, found.collect(), reach)?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// All of the addresses of a host, or none if one of them may not be connected to: a name that
/// leads to both kinds is a trick.
fn only_checked(
    host: &str,
    addresses: Vec<SocketAddr>,
    reach: Reach,
) -> Result<Vec<SocketAddr>, Refusal> {
    if addresses.is_empty() {
        return Err(Refusal::Unknown(host.to_owned()));
    }
    if !addresses
        .iter()
        .all(|address| may_connect(address.ip(), reach))
    {
        return Err(Refusal::NotPublic(host.to_owned()));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::{Reach, Refusal, checked, is_public, only_checked};
    use rstest::rstest;

    #[rstest]
    #[case("8.8.8.8")]
    #[case("1.1.1.1")]
    #[case("172.15.255.255")]
    #[case("172.32.0.0")]
    #[case("100.63.255.255")]
    #[case("100.128.0.0")]
    #[case("192.167.255.255")]
    #[case("198.17.0.1")]
    #[case("223.255.255.255")]
    #[case("2606:4700::1111")]
    #[case("2a00:1450:4001::1")]
    #[case("::ffff:8.8.8.8")]
    #[case("64:ff9b::8.8.8.8")]
    fn the_open_internet_is_public(#[case] address: &str) {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }

    #[rstest]
    #[case("0.0.0.0")]
    #[case("10.1.2.3")]
    #[case("100.64.0.1")]
    #[case("100.127.255.255")]
    #[case("127.0.0.1")]
    #[case("127.255.255.255")]
    #[case("169.254.169.254")]
    #[case("172.16.0.1")]
    #[case("172.31.255.255")]
    #[case("192.0.0.8")]
    #[case("192.0.2.1")]
    #[case("192.88.99.1")]
    #[case("192.168.1.1")]
    #[case("198.18.0.1")]
    #[case("198.19.255.255")]
    #[case("198.51.100.1")]
    #[case("203.0.113.9")]
    #[case("224.0.0.1")]
    #[case("239.255.255.255")]
    #[case("240.0.0.1")]
    #[case("255.255.255.255")]
    #[case("::")]
    #[case("::1")]
    #[case("::127.0.0.1")]
    #[case("::8.8.8.8")]
    #[case("::ffff:127.0.0.1")]
    #[case("::ffff:10.0.0.1")]
    #[case("::ffff:169.254.169.254")]
    #[case("64:ff9b::10.0.0.1")]
    #[case("64:ff9b:1::1")]
    #[case("100::1")]
    #[case("2001::1")]
    #[case("2001:2::1")]
    #[case("2001:db8::1")]
    #[case("2002:7f00:1::1")]
    #[case("3fff::1")]
    #[case("5f00::1")]
    #[case("fc00::1")]
    #[case("fd12:3456::1")]
    #[case("fe80::1")]
    #[case("fec0::1")]
    #[case("ff02::1")]
    fn private_and_special_addresses_are_not(#[case] address: &str) {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }

    #[rstest]
    #[case("https://media.host.example/a.png", None)]
    #[case("https://media.host.example:8443/a.png?x=1", None)]
    #[case("https://8.8.8.8/a", None)]
    #[case("http://media.host.example/a.png", Some(Refusal::NotHttps))]
    #[case("ftp://media.host.example/a.png", Some(Refusal::NotHttps))]
    #[case("file:///etc/hosts", Some(Refusal::NoAddress))]
    #[case("data:image/png;base64,AAAA", Some(Refusal::NoAddress))]
    #[case("photo.png", Some(Refusal::NoAddress))]
    #[case("https://a:b@media.host.example/", Some(Refusal::UserInfo))]
    #[case("http://127.0.0.1/", Some(Refusal::NotHttps))]
    #[case("http://localhost/", Some(Refusal::NotHttps))]
    #[case("https://127.0.0.1/", Some(Refusal::NotPublic("127.0.0.1".into())))]
    // Other ways to write the same number are read as that number.
    #[case("https://2130706433/", Some(Refusal::NotPublic("127.0.0.1".into())))]
    #[case("https://0x7f.1/", Some(Refusal::NotPublic("127.0.0.1".into())))]
    #[case("https://[::ffff:10.0.0.1]/", Some(Refusal::NotPublic("[::ffff:a00:1]".into())))]
    fn addresses_are_checked_before_anything_happens(
        #[case] text: &str,
        #[case] refusal: Option<Refusal>,
    ) {
        assert_eq!(checked(text, Reach::Public).err(), refusal);
    }

    #[rstest]
    #[case("http://127.0.0.1:4010/a", true)]
    #[case("http://localhost:4010/a", true)]
    #[case("http://[::1]/a", true)]
    #[case("https://media.host.example/a", true)]
    #[case("http://media.host.example/a", false)]
    #[case("http://localhost.host.example/a", false)]
    #[case("http://192.168.0.1/a", false)]
    #[case("https://192.168.0.1/a", false)]
    fn a_profile_of_this_machine_reaches_this_machine(#[case] text: &str, #[case] good: bool) {
        assert_eq!(checked(text, Reach::PublicAndThisMachine).is_ok(), good);
    }

    #[test]
    fn one_private_address_spoils_a_name() {
        let of = |list: &[&str], reach| {
            let list = list.iter().map(|text| text.parse().unwrap()).collect();
            only_checked("media.host.example", list, reach)
        };
        assert_eq!(of(&["8.8.8.8:0"], Reach::Public).unwrap().len(), 1);
        let mixed = ["8.8.8.8:0", "[::1]:0"];
        let spoilt = Refusal::NotPublic("media.host.example".into());
        assert_eq!(of(&mixed, Reach::Public).unwrap_err(), spoilt);
        assert_eq!(of(&mixed, Reach::PublicAndThisMachine).unwrap().len(), 2);
        let nothing = Refusal::Unknown("media.host.example".into());
        assert_eq!(of(&[], Reach::Public).unwrap_err(), nothing);
    }
}
