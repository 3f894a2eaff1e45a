//! Models in files, in the safetensors format, which PyTorch and most engines read.
//!
//! A file is written whole or not at all, and read with every check before anything is
//! changed.
//!
//! In the book: [section 10.7].
//!
//! [section 10.7]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/onwards.html

use crate::{
    Real,
    parameters::{Parameters, prefixed},
};
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::{
    collections::{BTreeMap, HashMap},
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

// ANCHOR: save
/// Arrays with their names, as [`Parameters::parameters`] lists them.
pub type NamedArrays<'a> = Vec<(String, ArrayViewD<'a, Real>)>;

/// Writes arrays, as 32-bit floats, and `metadata`. A file that stood there before is
/// replaced in one move once the new one is complete; after an error it still stands.
///
/// # Errors
/// If a number is not finite, two arrays have one name, or the file cannot be written.
pub fn save(
    path: impl AsRef<Path>,
    arrays: &NamedArrays,
    metadata: &BTreeMap<String, String>,
) -> Result<(), CheckpointError> {
    let path = path.as_ref();
    let wrong = |what| CheckpointError::Content { path: path.into(), what };
    let mut bytes = BTreeMap::new();
    for (name, array) in arrays {
        if array.iter().any(|x| !x.is_finite()) {
            return Err(wrong(format!("{name} has a number that is not finite")));
        }
        let data: Vec<u8> =
            array.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect();
        if bytes.insert(name, (array.shape().to_vec(), data)).is_some() {
            return Err(wrong(format!("two arrays have the name {name}")));
        }
    }
    let views = bytes.iter().map(|(name, (shape, data))| {
        let view = TensorView::new(Dtype::F32, shape.clone(), data);
        (name, view.expect("as many bytes as the shape needs"))
    });
    let metadata: HashMap<_, _> = metadata.clone().into_iter().collect();
    let file = safetensors::serialize(views, Some(metadata))
        .map_err(|error| wrong(error.to_string()))?;
    replace(path, &file)
        .map_err(|error| CheckpointError::Io { path: path.into(), error })
}

/// Writes a file beside `path`, then moves it there: whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(hidden);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // There may be nothing to remove; the first error is the one that matters.
        let _ = fs::remove_file(&beside);
    }
    written
}
// ANCHOR_END: save

// ANCHOR: load
/// What a file holds.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
    arrays: BTreeMap<String, ArrayD<Real>>,
    metadata: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is cut off, is no safetensors file, or holds numbers of
    /// another type than 32-bit or 64-bit floats.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let bytes = fs::read(path)
            .map_err(|error| CheckpointError::Io { path: path.into(), error })?;
        Self::from_bytes(path, &bytes)
    }

    /// Reads what such a file holds; `path` is its name in messages.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    pub fn from_bytes(
        path: impl AsRef<Path>,
        bytes: &[u8],
    ) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let wrong = |what| CheckpointError::Content { path: path.into(), what };
        let foreign = |error: safetensors::SafeTensorError| {
            wrong(format!(
                "no complete safetensors file of {} bytes: {error}",
                bytes.len()
            ))
        };
        let tensors = SafeTensors::deserialize(bytes).map_err(foreign)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(foreign)?;
        let mut arrays = BTreeMap::new();
        for (name, tensor) in tensors.tensors() {
            let data: Vec<Real> = match tensor.dtype() {
                Dtype::F32 => {
                    let (numbers, _) = tensor.data().as_chunks();
                    numbers.iter().map(|&x| f32::from_le_bytes(x) as Real).collect()
                }
                Dtype::F64 => {
                    let (numbers, _) = tensor.data().as_chunks();
                    numbers.iter().map(|&x| f64::from_le_bytes(x) as Real).collect()
                }
                other => {
                    return Err(wrong(format!(
                        "{name} has numbers of type {other:?}, not F32"
                    )));
                }
            };
            let array = ArrayD::from_shape_vec(IxDyn(tensor.shape()), data)
                .map_err(|error| wrong(format!("{name}: {error}")))?;
            arrays.insert(name, array);
        }
        let metadata =
            header.metadata().clone().unwrap_or_default().into_iter().collect();
        Ok(Self { path: path.into(), arrays, metadata })
    }

    /// The value of a key of the metadata.
    ///
    /// # Errors
    /// If the file has no such key.
    pub fn get(&self, key: &str) -> Result<&str, CheckpointError> {
        let known: Vec<&str> = self.metadata.keys().map(String::as_str).collect();
        self.metadata
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| self.wrong(format!("no metadata {key:?}, only {known:?}")))
    }

    /// All metadata.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Sets every parameter of `model` to the array with its name below `part`: the
    /// parameter `out.w` to the array `part.out.w`. Nothing changes unless all fit.
    ///
    /// # Errors
    /// If an array is missing, has another shape, or belongs to no parameter.
    pub fn restore<M: Parameters>(
        &self,
        part: &str,
        model: &mut M,
    ) -> Result<(), CheckpointError> {
        self.restore_arrays(part, model.parameters_mut())
    }

    /// [`restore`](Self::restore) for arrays that are no model.
    ///
    /// # Errors
    /// The same.
    pub fn restore_arrays(
        &self,
        part: &str,
        arrays: Vec<(String, ndarray::ArrayViewMutD<'_, Real>)>,
    ) -> Result<(), CheckpointError> {
        let arrays = prefixed(part, arrays);
        for (name, array) in &arrays {
            let Some(stored) = self.arrays.get(name) else {
                return Err(self.wrong(format!("no array {name}")));
            };
            if stored.shape() != array.shape() {
                let (stored, wanted) = (stored.shape(), array.shape());
                return Err(self.wrong(format!(
                    "{name} has the shape {stored:?}; the model needs {wanted:?}"
                )));
            }
        }
        let below = format!("{part}.");
        let known = |name: &String| arrays.iter().any(|(wanted, _)| wanted == name);
        let extra =
            self.arrays.keys().find(|name| name.starts_with(&below) && !known(name));
        if let Some(extra) = extra {
            return Err(self.wrong(format!("{extra} belongs to no part of the model")));
        }
        for (name, mut array) in arrays {
            array.assign(&self.arrays[&name]);
        }
        Ok(())
    }

    /// One array by its whole name.
    ///
    /// # Errors
    /// If there is none.
    pub fn array(&self, name: &str) -> Result<ArrayViewD<'_, Real>, CheckpointError> {
        let array = self.arrays.get(name);
        array
            .map(|array| array.view())
            .ok_or_else(|| self.wrong(format!("no array {name}")))
    }

    /// Whether there is an array below `part`.
    pub fn has(&self, part: &str) -> bool {
        let below = format!("{part}.");
        self.arrays.keys().any(|name| name.starts_with(&below))
    }

    /// An error about this file.
    pub fn wrong(&self, what: String) -> CheckpointError {
        CheckpointError::Content { path: self.path.clone(), what }
    }
}
// ANCHOR_END: load

/// What can be wrong with a checkpoint.
#[derive(Debug)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// What the file holds, or should hold, is wrong.
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Content { path, what } => write!(f, "{}: {what}", path.display()),
        }
    }
}

impl std::error::Error for CheckpointError {}
