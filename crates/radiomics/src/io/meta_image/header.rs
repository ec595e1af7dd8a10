//! The fields of a MetaImage header.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::str::FromStr;

use crate::io::samples::Sample;
use crate::io::{Problem, data_files};

/// A header longer than this is no header.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// Whether one of the first lines is a field that every MetaImage has.
pub(in crate::io) fn is_header(start: &[u8]) -> bool {
    let field = |line: &[u8]| {
        let name = line.split(|&byte| byte == b'=').next().unwrap_or_default();
        name.len() < line.len() && matches!(name.trim_ascii(), b"NDims" | b"ObjectType")
    };
    start.split(|&byte| byte == b'\n').any(field)
}

pub(super) struct Header {
    fields: BTreeMap<String, String>,
    /// The lines behind `ElementDataFile = LIST`.
    listed: Vec<String>,
}

impl Header {
    /// Reads up to the field `ElementDataFile`, which is the last one.
    pub fn read(reader: &mut impl BufRead) -> Result<Self, Problem> {
        let mut limited = reader.by_ref().take(MAX_HEADER_BYTES);
        let mut fields = BTreeMap::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if limited.read_until(b'\n', &mut line)? == 0 {
                return Err(Problem::Format(
                    "the MetaImage header has no field ElementDataFile; it is truncated or \
                     damaged"
                        .to_owned(),
                ));
            }
            let text = String::from_utf8_lossy(&line);
            let Some((name, value)) = text.split_once('=') else {
                if text.trim().is_empty() {
                    continue;
                }
                let start: String = text.trim().chars().take(60).collect();
                let problem = format!("no field of a MetaImage header: {start:?}");
                return Err(Problem::Format(problem));
            };
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            let last = name == "ElementDataFile";
            if let Some(earlier) = fields.get(&name)
                && earlier != &value
                && name != "Comment"
            {
                let problem = format!("two different MetaImage fields {name:?}");
                return Err(Problem::Format(problem));
            }
            fields.insert(name, value);
            if last {
                break;
            }
        }
        let header = Self {
            fields,
            listed: Vec::new(),
        };
        match header.get("ObjectType") {
            None | Some("Image") => {}
            Some(other) => {
                let problem = format!("a MetaIO file of a {other}, not of an image");
                return Err(Problem::Format(problem));
            }
        }
        let mut listed = Vec::new();
        if header.get("ElementDataFile").is_some_and(is_list) {
            for line in limited.lines() {
                let line = line?.trim().to_owned();
                if !line.is_empty() {
                    listed.push(line);
                }
            }
        }
        Ok(Self { listed, ..header })
    }

    /// A field that isn't empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// `NDims` sizes.
    pub fn sizes(&self) -> Result<Vec<u64>, String> {
        let Some(axes) = self.whole::<u64>("NDims")? else {
            return Err("the MetaImage header has no field NDims".to_owned());
        };
        if !(3..=4).contains(&axes) {
            return Err(format!(
                "{axes} axes (NDims); only 3-D images are read, and one volume of 4-D ones"
            ));
        }
        let text = self
            .get("DimSize")
            .ok_or_else(|| "the MetaImage header has no field DimSize".to_owned())?;
        let sizes: Vec<u64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("DimSize {text:?} are not whole numbers"))?;
        if sizes.len() as u64 != axes {
            return Err(format!("NDims is {axes}, but DimSize has {sizes:?}"));
        }
        Ok(sizes)
    }

    /// Values of a voxel.
    pub fn channels(&self) -> Result<u64, String> {
        match self.whole("ElementNumberOfChannels")? {
            Some(0) => Err("ElementNumberOfChannels is 0; the header is damaged".to_owned()),
            channels => Ok(channels.unwrap_or(1)),
        }
    }

    pub fn sample(&self) -> Result<Sample, String> {
        let name = self
            .get("ElementType")
            .ok_or_else(|| "the MetaImage header has no field ElementType".to_owned())?;
        // Arrays are what old writers called voxels of several values.
        Ok(match name.strip_suffix("_ARRAY").unwrap_or(name) {
            "MET_CHAR" | "MET_ASCII_CHAR" => Sample::I8,
            "MET_UCHAR" => Sample::U8,
            "MET_SHORT" => Sample::I16,
            "MET_USHORT" => Sample::U16,
            // Four bytes on every machine.
            "MET_INT" | "MET_LONG" => Sample::I32,
            "MET_UINT" | "MET_ULONG" => Sample::U32,
            "MET_LONG_LONG" => Sample::I64,
            "MET_ULONG_LONG" => Sample::U64,
            "MET_FLOAT" => Sample::F32,
            "MET_DOUBLE" => Sample::F64,
            _ => {
                return Err(format!(
                    "voxels of type {name:?} are not read; convert to a whole-number or float type"
                ));
            }
        })
    }

    /// The files that hold the voxels; none when they follow the header.
    pub fn data_files(&self, sizes: &[u64]) -> Result<Option<Vec<String>>, String> {
        let name = self
            .get("ElementDataFile")
            .ok_or_else(|| "ElementDataFile is empty; name the file of the voxels".to_owned())?;
        if name.eq_ignore_ascii_case("local") {
            return Ok(None);
        }
        let last = sizes.last().copied().unwrap_or_default();
        let names = if is_list(name) {
            self.listed.clone()
        } else if name.contains('%') {
            let last = i64::try_from(last).ok();
            data_files::names(name, [Some(1), last, Some(1)])?
        } else {
            return Ok(Some(vec![name.to_owned()]));
        };
        if !(names.len() as u64).is_multiple_of(last) {
            return Err(format!(
                "{} data files for DimSize {sizes:?}; name one for each slice",
                names.len()
            ));
        }
        Ok(Some(names))
    }

    /// Whether a function of the voxels is asked for.
    pub fn rescales(&self) -> Result<bool, String> {
        let number =
            |name, usual| Ok::<_, String>(self.whole::<f64>(name)?.unwrap_or(usual) != usual);
        Ok(number("ElementToIntensityFunctionSlope", 1.0)?
            || number("ElementToIntensityFunctionOffset", 0.0)?)
    }

    /// A field with one number; the type decides what is allowed.
    pub fn whole<T: FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        self.get(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| format!("{name} is {text:?}, not a number that it can have"))
            })
            .transpose()
    }

    /// The first of several fields that is there, with that many numbers.
    pub fn numbers(&self, names: &[&str], count: usize) -> Result<Option<Vec<f64>>, String> {
        let Some((name, text)) = names
            .iter()
            .find_map(|&name| self.get(name).map(|text| (name, text)))
        else {
            return Ok(None);
        };
        let numbers: Vec<f64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| format!("{name} {text:?} are not numbers"))?;
        if numbers.len() != count {
            return Err(format!(
                "{name} has {} numbers, expected {count}",
                numbers.len()
            ));
        }
        Ok(Some(numbers))
    }

    /// A field that is true or false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.get(name).map(|text| text.as_bytes()[0]) {
            None => Ok(None),
            Some(b'T' | b't' | b'1') => Ok(Some(true)),
            Some(b'F' | b'f' | b'0') => Ok(Some(false)),
            Some(_) => Err(format!("{name} is neither True nor False")),
        }
    }
}

fn is_list(name: &str) -> bool {
    name.split_whitespace().next() == Some("LIST")
}
