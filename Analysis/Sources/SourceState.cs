using System.Text;

namespace Steering.Analysis.Sources;

/// <summary>The envelope of a saved state: a mark, what it belongs to, and an end mark, so that a foreign or cut one is refused.</summary>
internal static class SourceState
{
    private const uint Mark = 0x31534153; // SAS1
    private const uint End = 0x21444E45; // END!

    /// <summary>Writes a state.</summary>
    /// <param name="destination">Stays open.</param>
    /// <param name="identity">Everything that must be the same when it is read, in words that people read in the refusal.</param>
    /// <param name="write">Writes the rest.</param>
    public static void Write(Stream destination, string identity, Action<BinaryWriter> write)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(identity);
        write(writer);
        writer.Write(End);
    }

    /// <summary>Reads a state that <see cref="Write"/> wrote with the same identity.</summary>
    /// <exception cref="SteeringException">It is none, belongs to something else, or is cut short.</exception>
    public static void Read(Stream source, string identity, Action<BinaryReader> read)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt32() != Mark)
            {
                throw new SteeringException("This is not the saved state of an activation source. Resume from a checkpoint of this program.");
            }

            var found = reader.ReadString();
            if (!string.Equals(found, identity, StringComparison.Ordinal))
            {
                throw new SteeringException($"The saved state belongs to another source of activations: it was saved for {found}; this is {identity}. Resume with the same text, site and options.");
            }

            read(reader);
            if (reader.ReadUInt32() != End)
            {
                throw new SteeringException("The saved state of the activation source does not end where it should: it is damaged. Resume from an earlier checkpoint.");
            }
        }
        catch (Exception failure) when (failure is IOException or FormatException or DecoderFallbackException)
        {
            throw new SteeringException("The saved state of the activation source is cut short or damaged. Resume from an earlier checkpoint.", failure);
        }
    }
}
