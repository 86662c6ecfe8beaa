using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Steering.Export.Checkpoints;

/// <summary>
/// What tells one checkpoint from another whatever it is imported to: SHA-256 over names, shapes and values of its weights. The
/// file format does not count: a GGUF file that keeps the values (F32, mostly BF16 and F16) is the same checkpoint as the
/// Hugging Face folder that it was made from; a quantised one holds other values, and nothing in it says whose they were.
/// </summary>
internal static class CheckpointFingerprint
{
    private const string Version = "steering checkpoint 1";
    private const int Chunk = 1 << 24;

    /// <summary>Tables that are computed and not learned; some files hold them, others do not.</summary>
    private static readonly string[] Computed = [".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias"];

    private static readonly string[] Heads = ["lm_head.weight", "embed_out.weight"];

    /// <summary>The fingerprint in lower-case hexadecimal digits.</summary>
    /// <param name="checkpoint">The checkpoint; every weight is read once.</param>
    /// <param name="cancellationToken">Stops between weights.</param>
    public static string Of(ICheckpoint checkpoint, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(Version);
        foreach (var name in checkpoint.TensorNames.Where(name => Counts(name, checkpoint)).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tensor = checkpoint.Describe(name);
            Add(string.Create(CultureInfo.InvariantCulture, $"{name} [{string.Join(", ", tensor.Shape)}]"));
            var count = checked((int)tensor.Count);
            var values = ArrayPool<float>.Shared.Rent(count);
            checkpoint.ReadFloat32(name, values.AsSpan(0, count));
            for (var start = 0; start < count; start += Chunk)
            {
                hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(Chunk, count - start))));
            }

            ArrayPool<float>.Shared.Return(values);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    // A tied head is the embedding; some files write it twice.
    private static bool Counts(string name, ICheckpoint checkpoint) =>
        !Array.Exists(Computed, ending => name.EndsWith(ending, StringComparison.Ordinal))
        && !(checkpoint.Config.TiedEmbeddings && Heads.Contains(name, StringComparer.Ordinal) && HasEmbedding(checkpoint));

    private static bool HasEmbedding(ICheckpoint checkpoint) =>
        checkpoint.TensorNames.Any(name => name.EndsWith("embed_tokens.weight", StringComparison.Ordinal) || name.EndsWith(".wte.weight", StringComparison.Ordinal) || name.EndsWith("embed_in.weight", StringComparison.Ordinal));
}
