using Steering.Compilation;
using Steering.Decoding;
using Steering.Sockets;

namespace Steering.Batching;

/// <summary>The rows that one conversation has plugged in at one site, wherever they lie among those of the others.</summary>
/// <param name="program">What it plugs in.</param>
internal sealed class RowSite(SiteProgram program) : IRowSwitches
{
    private readonly bool[] _closed = new bool[program.RowCount];
    private BatchSite? _site;

    public SiteProgram Program => program;

    /// <summary>Place of the program's first row among those of the site.</summary>
    public int Offset { get; private set; }

    /// <summary>Slot of the conversation.</summary>
    public int Slot { get; private set; }

    /// <summary>Says where the rows lie from now on; null when they are unplugged.</summary>
    public void Place(BatchSite? site, int offset, int slot) => (_site, Offset, Slot) = (site, offset, slot);

    public void Switch(int row, bool on)
    {
        if (_closed[row] == on)
        {
            _closed[row] = !on;
            if (_site is not null)
            {
                _site.Dial(Slot, Dial.Gate)[Offset + row] = Gate(row);
            }
        }
    }

    /// <summary>Writes every dial of the rows to their place.</summary>
    public void Write()
    {
        for (var dial = 0; dial < SocketLayout.DialCount; dial++)
        {
            program.Dials.AsSpan(dial * program.RowCount, program.RowCount).CopyTo(_site!.Dial(Slot, (Dial)dial)[Offset..]);
        }

        var gates = _site!.Dial(Slot, Dial.Gate)[Offset..];
        for (var row = 0; row < _closed.Length; row++)
        {
            gates[row] = Gate(row);
        }
    }

    private float Gate(int row) => _closed[row] ? float.PositiveInfinity : program.Dials[((int)Dial.Gate * program.RowCount) + row];
}
