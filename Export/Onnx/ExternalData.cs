using System.Globalization;
using Steering.IO;

namespace Steering.Export.Onnx;

/// <summary>Where an initialiser's bytes lie outside the model file.</summary>
/// <param name="Location">Path relative to the model's folder.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct ExternalData(string Location, long Offset, long Length)
{
    /// <summary>Whether a tensor keeps its bytes outside the model file.</summary>
    public static bool IsExternal(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.HasDataLocation && tensor.DataLocation == TensorProto.Types.DataLocation.External;
    }

    /// <summary>Reads and checks where a tensor's bytes lie.</summary>
    /// <param name="tensor">An initialiser whose data is external.</param>
    /// <param name="folder">Folder of the model file.</param>
    /// <exception cref="SteeringException">
    /// The location leaves the folder or does not exist, or the range does not lie within the file or does not fit the shape.
    /// </exception>
    public static ExternalData Read(TensorProto tensor, string folder)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset":
                    offset = Number(tensor, entry);
                    break;
                case "length":
                    length = Number(tensor, entry);
                    break;
                default:
                    // checksum and whatever a newer writer adds: advice, not needed to find the bytes.
                    break;
            }
        }

        if (string.IsNullOrWhiteSpace(location))
        {
            throw new SteeringException($"Initialiser '{tensor.Name}' says that its data is external but names no file.");
        }

        // Links may lead anywhere: who made the folder linked its weights; only the text of the model file is not trusted.
        var path = ContainedPath.Resolve(folder, location, Path.GetPathRoot(Path.GetFullPath(folder)));
        if (!File.Exists(path))
        {
            throw new SteeringException($"Initialiser '{tensor.Name}' keeps its data in '{location}', which is missing from {folder}. Copy the whole model folder.");
        }

        var expected = GraphTypes.ByteLength(tensor.DataType, GraphTypes.Count(tensor.Name, tensor.Dims));
        var file = new FileInfo(path);
        var available = (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
        var bytes = length ?? expected ?? available - offset;
        if (offset < 0 || bytes < 0 || offset > available || bytes > available - offset)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Initialiser '{tensor.Name}' reads {bytes} bytes at {offset} of '{location}', which has only {available}. The file is truncated or not this model's."));
        }

        if (expected is not null && expected != bytes)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Initialiser '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}] takes {expected} bytes, but its entry for '{location}' says {bytes}."));
        }

        return new(location, offset, bytes);
    }

    /// <summary>Makes a tensor point at these bytes.</summary>
    public void Apply(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Length.ToString(CultureInfo.InvariantCulture) });
    }

    private static long Number(TensorProto tensor, StringStringEntryProto entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SteeringException($"Initialiser '{tensor.Name}' has the external data {entry.Key} '{entry.Value}', which is not a whole number.");
}
