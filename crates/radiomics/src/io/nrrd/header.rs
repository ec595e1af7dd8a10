//! The fields of a NRRD header.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::str::FromStr;

use crate::io::samples::Sample;
use crate::io::{Problem, data_files};

/// A header longer than this is no header.
const MAX_HEADER_BYTES: u64 = 1 << 20;

pub(in crate::io) fn is_header(start: &[u8]) -> bool {
    start.starts_with(b"NRRD")
}

pub(super) struct Header {
    /// The fields, by name in lower case.
    fields: BTreeMap<String, String>,
    /// The lines behind `data file: LIST`.
    listed: Vec<String>,
}

impl Header {
    /// Reads up to the empty line that ends the header.
    pub fn read(reader: &mut impl BufRead) -> Result<Self, Problem> {
        let mut limited = reader.by_ref().take(MAX_HEADER_BYTES);
        let mut fields = BTreeMap::new();
        let mut listed = Vec::new();
        let mut in_list = false;
        let mut line = Vec::new();
        for number in 1usize.. {
            line.clear();
            if limited.read_until(b'\n', &mut line)? == 0 {
                if limited.limit() == 0 {
                    return Err(Problem::Format("the NRRD header doesn't end".to_owned()));
                }
                break;
            }
            let text = std::str::from_utf8(&line)
                .map_err(|_| format!("line {number} of the NRRD header is not text"))?
                .trim();
            if text.is_empty() {
                break;
            }
            if in_list {
                listed.push(text.to_owned());
                continue;
            }
            if number == 1 {
                let version = text
                    .strip_prefix("NRRD")
                    .and_then(|v| v.parse::<u32>().ok());
                if !matches!(version, Some(1..=5)) {
                    return Err(Problem::Format(format!(
                        "{text:?} is no NRRD version (1 to 5)"
                    )));
                }
                continue;
            }
            // `key:=value` pairs are free comments.
            if text.starts_with('#') || text.contains(":=") {
                continue;
            }
            let Some((name, value)) = text.split_once(':') else {
                let problem = format!("line {number} of the NRRD header is no field: {text:?}");
                return Err(Problem::Format(problem));
            };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            in_list =
                matches!(name.as_str(), "data file" | "datafile") && value.starts_with("LIST");
            if let Some(earlier) = fields.insert(name.clone(), value.to_owned())
                && earlier != value
            {
                return Err(Problem::Format(format!(
                    "two different NRRD fields {name:?}"
                )));
            }
        }
        Ok(Self { fields, listed })
    }

    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|&name| self.fields.get(name))
            .map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str, String> {
        self.get(&[name])
            .ok_or_else(|| format!("the NRRD header has no field {name:?}"))
    }

    pub fn sizes(&self) -> Result<Vec<u64>, String> {
        let text = self.need("sizes")?;
        let sizes: Vec<u64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("sizes {text:?} are not whole numbers"))?;
        let dimension = self.need("dimension")?;
        if dimension.parse() != Ok(sizes.len()) {
            return Err(format!("dimension is {dimension}, but sizes are {sizes:?}"));
        }
        Ok(sizes)
    }

    /// The files that hold the voxels; none when they follow the header.
    pub fn data_files(&self, sizes: &[u64]) -> Result<Option<Vec<String>>, String> {
        let Some(name) = self.get(&["data file", "datafile"]) else {
            return Ok(None);
        };
        let names = if name.starts_with("LIST") {
            self.listed.clone()
        } else if name.contains('%') {
            data_files::names(name, [None; 3])?
        } else {
            vec![name.to_owned()]
        };
        // A slice may be in several files, or a file hold several slices.
        let (files, last) = (
            names.len() as u64,
            sizes.last().copied().unwrap_or_default(),
        );
        if !(files.is_multiple_of(last) || last.is_multiple_of(files)) {
            return Err(format!(
                "{files} data files for sizes {sizes:?}; name one for each slice"
            ));
        }
        Ok(Some(names))
    }

    pub fn sample(&self) -> Result<Sample, String> {
        Ok(match self.need("type")?.to_ascii_lowercase().as_str() {
            "char" | "signed char" | "int8" | "int8_t" => Sample::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => Sample::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
                Sample::I16
            }
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => {
                Sample::U16
            }
            "int" | "signed int" | "int32" | "int32_t" => Sample::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => Sample::U32,
            "longlong"
            | "long long"
            | "long long int"
            | "signed long long"
            | "signed long long int"
            | "int64"
            | "int64_t" => Sample::I64,
            "ulonglong"
            | "unsigned long long"
            | "unsigned long long int"
            | "uint64"
            | "uint64_t" => Sample::U64,
            "float" => Sample::F32,
            "double" => Sample::F64,
            other => return Err(format!("voxels of type {other:?} are not read")),
        })
    }

    pub fn big_endian(&self, sample: Sample) -> Result<bool, String> {
        match self
            .get(&["endian"])
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("little") => Ok(false),
            Some("big") => Ok(true),
            None if sample.bytes() == 1 => Ok(false),
            None => Err("the NRRD header has no field \"endian\"".to_owned()),
            Some(other) => Err(format!("endian is {other:?}; it must be little or big")),
        }
    }

    /// How much to leave out; the type decides whether it may be negative.
    pub fn skip<T: FromStr>(&self, names: &[&str]) -> Result<T, String> {
        let text = self.get(names).unwrap_or("0");
        text.parse().map_err(|_| {
            format!(
                "{} is {text:?}; it must be a whole number, 0 or more",
                names[0]
            )
        })
    }

    /// A field with a number for each axis.
    pub fn numbers(&self, names: &[&str]) -> Result<Option<Vec<f64>>, String> {
        let Some(text) = self.get(names) else {
            return Ok(None);
        };
        text.split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Some)
            .map_err(|_| format!("{} {text:?} are not numbers", names[0]))
    }
}
