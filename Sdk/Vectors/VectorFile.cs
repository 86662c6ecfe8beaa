using System.Globalization;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Steering.Sockets;
using Steering.Tensors;

namespace Steering.Vectors;

/// <summary>
/// Reads and writes steering vectors. <c>.safetensors</c>: one tensor a site, [d] or [1, d], named as the site
/// (<c>resid_post.15</c>); metadata <c>method</c>, <c>model</c>, <c>model_sha256</c>. <c>.gguf</c>: a control vector of
/// llama.cpp's convention, <c>direction.N</c> added to the output of block N, so site <c>resid_post.N</c>.
/// </summary>
public static partial class VectorFile
{
    private const int MaximumWidth = 1 << 20;

    /// <summary>The vectors of a file, by ascending block.</summary>
    /// <param name="path">A <c>.safetensors</c> or <c>.gguf</c> file.</param>
    /// <exception cref="SteeringException">The file is damaged or holds what is no vector; zero, NaN and infinity are refused.</exception>
    public static IReadOnlyList<SteeringVector> Load(string path) => Read(path).Vectors;

    /// <summary>The vectors of a file with what it says of their making.</summary>
    /// <param name="path">A <c>.safetensors</c> or <c>.gguf</c> file.</param>
    /// <exception cref="SteeringException">The file is damaged or holds what is no vector; zero, NaN and infinity are refused.</exception>
    public static SteeringVectorSet Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".SAFETENSORS" => ReadSafetensors(path),
            ".GGUF" => ReadGguf(path),
            ".PT" or ".PTH" or ".BIN" or ".PKL" => throw new SteeringException($"{path}: a pickle runs code when it is read, so it is not read at all. Save the vector from Python as safetensors, one tensor a site named as in resid_post.15."),
            var other => throw new SteeringException($"{path}: '{other}' is no file of vectors; expected .safetensors (one tensor a site) or .gguf (a control vector)."),
        };
    }

    /// <summary>Writes vectors as safetensors, atomically.</summary>
    /// <param name="path">A <c>.safetensors</c> file.</param>
    /// <param name="vectors">At least one vector, one a site, all of one width.</param>
    /// <exception cref="SteeringException">Nothing to write, or what could not be read back.</exception>
    public static void Save(string path, SteeringVectorSet vectors)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(vectors);
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new SteeringException($"{path}: vectors are written as .safetensors; give the file that ending.");
        }

        var ordered = Order(path, vectors.Vectors);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "steering.vectors", ["version"] = "1" };
        Add(metadata, "method", vectors.Method);
        Add(metadata, "model", vectors.ModelName);
        Add(metadata, "model_sha256", vectors.ModelSha256);
        SafetensorsWriter.Write(path, [.. ordered.Select(vector => TensorData.FromFloat32(vector.Site, [vector.Direction.Length], vector.Direction))], metadata);
    }

    private static SteeringVectorSet ReadSafetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.TryGetValue("format", out var format) && format == "steering.vectors" && file.Metadata.GetValueOrDefault("version") != "1")
        {
            throw new SteeringException($"{path}: version '{file.Metadata.GetValueOrDefault("version")}' of the vector format; this version of the library reads version 1.");
        }

        var vectors = new List<SteeringVector>();
        foreach (var name in file.Names)
        {
            var info = file.Describe(name);
            if (Block(name, SitePattern()) is null)
            {
                throw new SteeringException($"{path}: tensor '{name}' is not named as a site; expected names as in resid_post.15, the residual stream after block 15.");
            }

            CheckShape(path, name, info.Shape);
            vectors.Add(new SteeringVector(name, file.ReadFloat32(name)));
        }

        return new SteeringVectorSet
        {
            Source = path,
            Vectors = Order(path, vectors),
            Method = file.Metadata.GetValueOrDefault("method"),
            ModelName = file.Metadata.GetValueOrDefault("model"),
            ModelSha256 = file.Metadata.GetValueOrDefault("model_sha256"),
        };
    }

    private static SteeringVectorSet ReadGguf(string path)
    {
        using var file = GgufFile.Open(path);
        var architecture = file.Metadata.TryGetValue("general.architecture", out var value) ? value.AsString() : null;
        if (architecture != "controlvector")
        {
            throw new SteeringException(architecture is null
                ? $"{path}: general.architecture is missing; a control vector says 'controlvector' there."
                : $"{path}: general.architecture is '{architecture}', expected 'controlvector'; this GGUF file is a model, not a vector.");
        }

        var vectors = new List<SteeringVector>();
        foreach (var tensor in file.Tensors.Values)
        {
            var block = Block(tensor.Name, DirectionPattern())
                ?? throw new SteeringException($"{path}: tensor '{tensor.Name}' is no direction; a control vector holds direction.N, added to the output of block N.");
            CheckShape(path, tensor.Name, tensor.Shape);
            vectors.Add(new SteeringVector(SocketLayout.ResidualSite(block), file.ReadFloat32(tensor.Name)));
        }

        return new SteeringVectorSet
        {
            Source = path,
            Vectors = Order(path, vectors),
            Method = file.Metadata.TryGetValue("controlvector.method", out var method) ? method.AsString() : null,
        };
    }

    private static SteeringVector[] Order(string path, IReadOnlyList<SteeringVector> vectors)
    {
        if (vectors.Count == 0)
        {
            throw new SteeringException($"{path}: no vector; there must be at least one.");
        }

        var width = vectors[0].Direction.Length;
        var ordered = new SortedList<int, SteeringVector>();
        foreach (var vector in vectors)
        {
            var block = Block(vector.Site, SitePattern())
                ?? throw new SteeringException($"{path}: '{vector.Site}' is no site; expected a name as in resid_post.15.");
            if (!ordered.TryAdd(block, vector))
            {
                throw new SteeringException($"{path}: two vectors for site {vector.Site}; there can be one.");
            }

            if (vector.Direction.Length != width)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: the vector of {vector.Site} has width {vector.Direction.Length}, that of {vectors[0].Site} {width}; all must have the width of one residual stream."));
            }

            CheckDirection(path, vector);
        }

        return [.. ordered.Values];
    }

    private static void CheckDirection(string path, SteeringVector vector)
    {
        var norm = TensorPrimitives.Norm(vector.Direction.Span);
        if (!float.IsFinite(norm))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: the vector of {vector.Site} is not finite (norm {norm}); NaN or infinity would spoil every token."));
        }

        if (norm == 0)
        {
            throw new SteeringException($"{path}: the vector of {vector.Site} is zero; it would steer nothing.");
        }
    }

    private static void CheckShape(string path, string name, IReadOnlyList<long> shape)
    {
        if (shape is not ([>= 1 and <= MaximumWidth] or [1, >= 1 and <= MaximumWidth]))
        {
            throw new SteeringException($"{path}: tensor '{name}' has shape [{string.Join(", ", shape)}], expected [d] or [1, d].");
        }
    }

    private static void Add(Dictionary<string, string> metadata, string key, string? value)
    {
        if (value is not null)
        {
            metadata[key] = value;
        }
    }

    private static int? Block(string name, Regex pattern)
    {
        var match = pattern.Match(name);
        return match.Success ? int.Parse(match.Groups["block"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"^resid_post\.(?<block>0|[1-9]\d{0,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SitePattern();

    [GeneratedRegex(@"^direction\.(?<block>0|[1-9]\d{0,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DirectionPattern();
}
