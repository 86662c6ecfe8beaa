using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Steering.Sandbox.Language;
using Steering.Sandbox.Language.Conversation;

namespace Steering.Sandbox.Corpora;

/// <summary>
/// The endless text of the sandbox's world. A corpus seed names one sequence of documents for each split; the same seed
/// gives the same documents on every machine. No document comes twice, and none is in both splits: they draw their
/// document seeds from two halves of the numbers, and a text belongs to one split by its own hash, whatever the seed.
/// </summary>
/// <param name="seed">Which sequences.</param>
public sealed class SandboxCorpus(ulong seed)
{
    private const int HeldOutOneIn = 8;

    /// <summary>Writes the one document that a document seed stands for.</summary>
    /// <param name="documentSeed">As in <see cref="SandboxDocument.Seed"/>.</param>
    /// <returns>The document with its labels.</returns>
    public static SandboxDocument Write(ulong documentSeed) => ConversationWriter.Write(documentSeed);

    /// <summary>The split that a text belongs to.</summary>
    /// <param name="text">The whole text of a document.</param>
    /// <returns>One text in eight is held out.</returns>
    public static CorpusSplit SplitOf(string text) => Hash(text) % HeldOutOneIn == 0 ? CorpusSplit.HeldOut : CorpusSplit.Train;

    /// <summary>The documents of a split, endless and all different; memory grows by a hash for each.</summary>
    /// <param name="split">Which split.</param>
    /// <returns>The sequence; it starts over with each enumeration.</returns>
    public IEnumerable<SandboxDocument> Documents(CorpusSplit split)
    {
        var seen = new HashSet<ulong>();
        for (ulong i = 0; ; i++)
        {
            var document = Write(DocumentSeed(split, i));
            if (SplitOf(document.Text) == split && seen.Add(Hash(document.Text)))
            {
                yield return document;
            }
        }
    }

    /// <summary>The highest bit tells the splits apart; the rest is a bijection of the position, so no seed comes twice.</summary>
    private ulong DocumentSeed(CorpusSplit split, ulong position)
    {
        var mixed = (ChoiceStream.Mix(seed) + (position * 0x9E3779B97F4A7C15)) & (ulong.MaxValue >> 1);
        return split == CorpusSplit.HeldOut ? mixed | (1UL << 63) : mixed;
    }

    private static ulong Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
