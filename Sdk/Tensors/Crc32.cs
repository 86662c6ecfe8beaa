namespace Steering.Tensors;

/// <summary>The checksum of zip archives (polynomial 0xEDB88320, reflected).</summary>
internal struct Crc32
{
    private static readonly uint[] Table = MakeTable();
    private uint _state;

    /// <summary>The checksum of everything appended so far.</summary>
    public readonly uint Value => _state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = ~_state;
        foreach (var value in bytes)
        {
            state = Table[(byte)(state ^ value)] ^ (state >> 8);
        }

        _state = ~state;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xEDB88320;
            }

            table[i] = value;
        }

        return table;
    }
}
