using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Steering.Tensors;

namespace Steering.Concepts;

/// <summary>
/// Reads and writes <see cref="ConceptStatistics"/> as one safetensors file. Tensors, for D latents and C concepts:
/// <c>largest</c> f32 [D]; <c>active</c> i64, <c>active_mean</c>, <c>active_deviation</c> and <c>auroc</c> f64 [D, C];
/// <c>histogram.offsets</c> i64 [D·C + 1], <c>histogram.bins</c> u8 and <c>histogram.counts</c> i32 [N]. Metadata:
/// <c>format</c>, <c>version</c> and <c>description</c>, a JSON object with the concepts and what they were measured on.
/// </summary>
public static class ConceptFile
{
    /// <summary>Ending of the files that the command line writes.</summary>
    public const string Extension = ".concepts.safetensors";

    private const string Format = "steering.concepts";
    private const string Version = "1";
    private static readonly string[] Tensors = ["largest", "active", "active_mean", "active_deviation", "auroc", "histogram.offsets", "histogram.bins", "histogram.counts"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is missing, of another format or version, damaged, or holds what cannot have been measured.</exception>
    public static ConceptStatistics Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format || file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw new SteeringException($"{path}: format '{file.Metadata.GetValueOrDefault("format")}' version '{file.Metadata.GetValueOrDefault("version")}'; this version of the library reads '{Format}' version {Version}, which 'steer concept fit' writes.");
        }

        foreach (var name in Tensors.Concat(file.Names).Distinct(StringComparer.Ordinal))
        {
            if (!file.Contains(name) || !Tensors.Contains(name, StringComparer.Ordinal))
            {
                throw new SteeringException($"{path}: {(file.Contains(name) ? "unknown tensor" : "there is no tensor")} '{name}'; expected {string.Join(", ", Tensors)}.");
            }
        }

        var description = file.Metadata.GetValueOrDefault("description") ?? throw new SteeringException($"{path}: the metadata 'description' is missing. Fit the concepts again with 'steer concept fit'.");
        var (origin, concepts) = ConceptDescription.Read($"{path}, description", Encoding.UTF8.GetBytes(description));
        try
        {
            return new ConceptStatistics(
                origin,
                concepts,
                Read<float>(file, "largest", TensorElementType.Float32),
                Read<long>(file, "active", TensorElementType.Int64),
                Read<double>(file, "active_mean", TensorElementType.Float64),
                Read<double>(file, "active_deviation", TensorElementType.Float64),
                Read<double>(file, "auroc", TensorElementType.Float64),
                new ConceptHistogram(
                    Read<long>(file, "histogram.offsets", TensorElementType.Int64),
                    Read<byte>(file, "histogram.bins", TensorElementType.UInt8),
                    Read<int>(file, "histogram.counts", TensorElementType.Int32)));
        }
        catch (SteeringException refusal) when (!refusal.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new SteeringException($"{path}: {refusal.Message}", refusal);
        }
    }

    /// <summary>Writes a file, atomically; the same statistics give the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="statistics">What to write.</param>
    /// <exception cref="SteeringException">The file cannot be written.</exception>
    public static void Save(string path, ConceptStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(statistics);
        var (largest, active, mean, deviation, auroc) = statistics.Stored;
        long[] pairs = [statistics.LatentCount, statistics.ConceptCount];
        var histogram = statistics.Histogram;
        SafetensorsWriter.Write(
            path,
            [
                TensorData.FromFloat32("largest", [statistics.LatentCount], largest),
                TensorData.FromInt64("active", pairs, active),
                From("active_mean", pairs, mean),
                From("active_deviation", pairs, deviation),
                From("auroc", pairs, auroc),
                TensorData.FromInt64("histogram.offsets", [histogram.Offsets.Length], histogram.Offsets),
                TensorData.FromBytes("histogram.bins", TensorElementType.UInt8, [histogram.Bins.Length], histogram.Bins),
                TensorData.FromBytes("histogram.counts", TensorElementType.Int32, [histogram.Counts.Length], MemoryMarshal.AsBytes(histogram.Counts.Span).ToArray()),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["format"] = Format,
                ["version"] = Version,
                ["description"] = ConceptDescription.Write(statistics.Origin, statistics.Concepts),
            });
    }

    private static TensorData From(string name, IReadOnlyList<long> shape, double[] values) =>
        TensorData.FromBytes(name, TensorElementType.Float64, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static T[] Read<T>(SafetensorsFile file, string name, TensorElementType type)
        where T : unmanaged
    {
        var info = file.Describe(name);
        return info.ElementType == type && info.Count <= Array.MaxLength
            ? MemoryMarshal.Cast<byte, T>(file.Bytes(name)).ToArray()
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}: tensor '{name}' holds {info.Count} elements of {info.ElementType}; {type} was expected."));
    }
}
