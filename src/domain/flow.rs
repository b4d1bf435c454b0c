//! Automation flows of the platform, named locally because the API has no list of them.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A flow of the local registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Our name for it, unique.
    pub name: String,
    /// The platform's key; case sensitive and never changed.
    pub key: String,
    /// Attributes that must be given with each start.
    #[serde(default)]
    pub required: Vec<String>,
}

/// Which form of the flow call is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum FlowVersion {
    /// Attributes in the query; they end up in access logs.
    #[serde(rename = "v1.0")]
    V1,
    /// Attributes as a flat JSON body.
    #[default]
    #[serde(rename = "v2.0")]
    V2,
    /// As v2.0, newer path.
    #[serde(rename = "v3.0")]
    V3,
}

impl FlowVersion {
    /// The path segment: `v1.0`, `v2.0` or `v3.0`.
    pub fn as_str(self) -> &'static str {
        match self {
            FlowVersion::V1 => "v1.0",
            FlowVersion::V2 => "v2.0",
            FlowVersion::V3 => "v3.0",
        }
    }
}

impl FromStr for FlowVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "v1.0" | "v1" | "1" => Ok(FlowVersion::V1),
            "v2.0" | "v2" | "2" => Ok(FlowVersion::V2),
            "v3.0" | "v3" | "3" => Ok(FlowVersion::V3),
            other => Err(format!(
                "`{other}` is no flow version: use v1.0, v2.0 or v3.0"
            )),
        }
    }
}
