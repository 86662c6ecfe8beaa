using System.Globalization;
using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Analysis.Shards;

/// <summary>
/// One shard: a safetensors file with the rows and, for every token of its windows, id, document, position, role, window
/// and whether and why it has no row.
/// </summary>
public sealed class ShardFile : IDisposable
{
    internal const string Activations = "activations";
    internal const string TokenIds = "token_ids";
    internal const string Documents = "documents";
    internal const string Positions = "positions";
    internal const string Roles = "roles";
    internal const string Windows = "windows";
    internal const string LeftOutWhy = "left_out";

    private readonly SafetensorsFile _file;
    private readonly TensorElementType _type;

    private ShardFile(SafetensorsFile file, ShardEntry entry, TensorElementType type, int hiddenSize)
    {
        _file = file;
        _type = type;
        Entry = entry;
        HiddenSize = hiddenSize;
    }

    /// <summary>What the index says of it.</summary>
    public ShardEntry Entry { get; }

    /// <summary>Width d of a row.</summary>
    public int HiddenSize { get; }

    /// <summary>Name of a shard's file.</summary>
    /// <param name="number">Number of the shard, from 0.</param>
    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"shard-{number:D6}.safetensors");

    /// <summary>Reads rows.</summary>
    /// <param name="first">First row.</param>
    /// <param name="rows">[n, d]; as many rows as fit and are there are written.</param>
    /// <returns>Number of rows written.</returns>
    public int ReadRows(long first, Span<float> rows)
    {
        using var call = _file.Call();
        var count = (int)Math.Min(rows.Length / HiddenSize, Entry.Rows - first);
        var width = HiddenSize * _type.Size();

        // In pieces: a span of bytes ends at 2 GiB.
        var piece = Math.Max(1, (1 << 28) / width);
        for (var row = 0; row < count; row += piece)
        {
            var part = Math.Min(piece, count - row);
            TensorConversion.ToFloat32(_type, _file.Bytes(Activations, (first + row) * width, part * width), rows.Slice(row * HiddenSize, part * HiddenSize));
        }

        return count;
    }

    /// <summary>[tokens] token ids.</summary>
    public long[] ReadTokenIds() => _file.ReadInt64(TokenIds);

    /// <summary>[tokens] numbers of the documents.</summary>
    public long[] ReadDocuments() => _file.ReadInt64(Documents);

    /// <summary>[tokens] positions in the window.</summary>
    public long[] ReadPositions() => _file.ReadInt64(Positions);

    /// <summary>[tokens] numbers of the windows.</summary>
    public long[] ReadWindows() => _file.ReadInt64(Windows);

    /// <summary>[tokens] who speaks.</summary>
    public TokenRole[] ReadRoles() => Array.ConvertAll(_file.ReadInt64(Roles), role => (TokenRole)role);

    /// <summary>[tokens] which tokens have no row, and why.</summary>
    public LeftOut[] ReadLeftOut() => Array.ConvertAll(_file.ReadInt64(LeftOutWhy), why => (LeftOut)why);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Opens a shard and compares it with its folder's index.</summary>
    /// <exception cref="SteeringException">It is missing, truncated, altered, or belongs to another harvest.</exception>
    internal static ShardFile Open(string folder, ShardIndex index, int number, bool verify)
    {
        var entry = index.Shards[number];
        var path = CheckLength(folder, entry);
        if (verify && !string.Equals(Fingerprint.Sha256(path), entry.Sha256, StringComparison.Ordinal))
        {
            throw new SteeringException($"{path} was altered: its SHA-256 is not the one in {ShardIndex.FileName}. Delete {ShardIndex.FileName} and the shards and harvest again.");
        }

        var file = SafetensorsFile.Open(path);
        try
        {
            ShardLayout.Check(file, path, index, number);
            return new ShardFile(file, entry, ShardLayout.Type(index.Job.Type), index.Job.HiddenSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a shard that is missing or not as long as the index says.</summary>
    internal static string CheckLength(string folder, ShardEntry entry)
    {
        var path = Path.Combine(folder, entry.File);
        if (!File.Exists(path))
        {
            throw new SteeringException($"{path} is missing, although {ShardIndex.FileName} names it. Restore it, or harvest again.");
        }

        var length = new FileInfo(path).Length;
        return length == entry.Bytes
            ? path
            : throw new SteeringException($"{path} has {length} bytes, {ShardIndex.FileName} says {entry.Bytes}: it was cut short or replaced. Restore it, or harvest again.");
    }
}
