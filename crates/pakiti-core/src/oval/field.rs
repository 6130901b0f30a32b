//! The fields of items that objects and states name (element names of the OVAL 5.11 schemas).

use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A field of an item.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Field {
            $(
                #[doc = $name]
                #[serde(rename = $name)]
                $variant,
            )+
            /// A field Pakiti has no value for.
            Other(Box<str>),
        }

        impl Field {
            /// The field with this element name (without prefix).
            pub fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }

            /// Its element name.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(name) => name,
                }
            }
        }
    };
}

fields! {
    Name = "name",
    Arch = "arch",
    Epoch = "epoch",
    Version = "version",
    Release = "release",
    Evr = "evr",
    SignatureKeyid = "signature_keyid",
    ExtendedName = "extended_name",
    Filepath = "filepath",
    Path = "path",
    Filename = "filename",
    Pattern = "pattern",
    Instance = "instance",
    Text = "text",
    Subexpression = "subexpression",
    Family = "family",
    VarRef = "var_ref",
    Value = "value",
    MachineClass = "machine_class",
    NodeName = "node_name",
    OsName = "os_name",
    OsRelease = "os_release",
    OsVersion = "os_version",
    ProcessorType = "processor_type",
}

impl Default for Field {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}
