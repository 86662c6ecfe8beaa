using Steering.Compilation;
using Steering.IO;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Decoding;

/// <summary>
/// The run-time tensors of one site in native memory, and the switches on their rows. A decoder binds them once;
/// everything later is a write into the same memory, seen by the next forward pass.
/// </summary>
internal sealed class SiteBuffers : IRowSwitches, IDisposable
{
    private readonly int _hiddenSize;
    private readonly NativePin _encoderPin;
    private readonly NativePin _encoderBiasPin;
    private float[] _gates;

    /// <param name="program">What to plug in, or null for a site with reserved room only.</param>
    /// <param name="site">The site.</param>
    /// <param name="rows">Number of rows M, at least the program's.</param>
    /// <param name="reservedEncoder">Encoder for later rows, when the program has none.</param>
    /// <param name="reserveScale">Whether later rows may need the scale input.</param>
    public SiteBuffers(SocketSite site, SiteProgram? program, int rows, CompetingEncoder? reservedEncoder, bool reserveScale)
    {
        Site = site.Name;
        Rows = rows;
        _hiddenSize = site.HiddenSize;
        Encoder = program?.Encoder ?? reservedEncoder;
        AttenuationRows = program is { Attenuation.Length: > 0 } ? program.Attenuation.Length / program.RowCount : 0;
        Read = new NativeBuffer<float>(rows * _hiddenSize);
        Write = new NativeBuffer<float>(rows * _hiddenSize);
        Dials = new NativeBuffer<float>(SocketLayout.DialCount * rows);
        GateRow = new NativeBuffer<long>(rows);
        Scale = new NativeBuffer<float>(reserveScale || program is { Scale.Length: > 0 } ? SocketLayout.ScaleRows * rows : 0);
        Attenuation = new NativeBuffer<float>(AttenuationRows * rows);
        EncoderRank = new NativeBuffer<long>([Encoder is null ? 1 : Encoder.K + 1]);
        _encoderPin = new NativePin(Encoder?.Weights ?? default);
        _encoderBiasPin = new NativePin(Encoder?.Bias ?? default);
        _gates = new float[rows];
        Load(program);
    }

    public string Site { get; }

    public int Rows { get; }

    public int AttenuationRows { get; }

    public CompetingEncoder? Encoder { get; }

    public int EncoderLatents => Encoder?.Bias.Length ?? 0;

    public NativeBuffer<float> Read { get; }

    public NativeBuffer<float> Write { get; }

    public NativeBuffer<float> Dials { get; }

    public NativeBuffer<long> GateRow { get; }

    public NativeBuffer<float> Scale { get; }

    public NativeBuffer<float> Attenuation { get; }

    public NativeBuffer<long> EncoderRank { get; }

    // An empty tensor needs an address too; any that outlives the binding will do.
    public nint EncoderAddress => Encoder is null ? Read.Address : _encoderPin.Address;

    public nint EncoderBiasAddress => Encoder is null ? Read.Address : _encoderBiasPin.Address;

    /// <summary>Why a program cannot take the place of the one bound here, or null.</summary>
    public string? ReasonAgainst(SiteProgram program)
    {
        if (program.RowCount > Rows)
        {
            return $"site {Site} was bound with room for {Rows} rows and the new policy needs {program.RowCount}";
        }

        if (program.Scale.Length > 0 && Scale.Length == 0)
        {
            return $"site {Site} was bound without room for per-token scales, which the new policy needs";
        }

        if (program.Encoder is { } encoder && !(Encoder is { } bound && encoder.K == bound.K && encoder.Weights.Equals(bound.Weights)))
        {
            return $"site {Site} was not bound with the encoder that the new policy's features compete in";
        }

        return program.Attenuation.Length > AttenuationRows * program.RowCount
            ? $"site {Site} was bound without room for attenuation, which the new policy needs"
            : null;
    }

    /// <summary>Writes a program's rows; rows beyond the program's become neutral.</summary>
    public void Load(SiteProgram? program)
    {
        var used = program?.RowCount ?? 0;
        Read.Span.Clear();
        Write.Span.Clear();
        var gates = new float[Rows];
        for (var dial = 0; dial < SocketLayout.DialCount; dial++)
        {
            var group = Dials.Span.Slice(dial * Rows, Rows);
            group.Fill(NeutralDials.Value((Dial)dial));
            program?.Dials.AsSpan(dial * used, used).CopyTo(group);
        }

        for (var row = 0; row < Rows; row++)
        {
            GateRow.Span[row] = row;
            gates[row] = Dials.Span[((int)Dial.Gate * Rows) + row];
        }

        program?.GateRow.CopyTo(GateRow.Span);
        program?.Read.CopyTo(Read.Span);
        program?.Write.CopyTo(Write.Span);
        LoadGroups(program?.Scale ?? [], Scale, used, neutralFirstRow: 1);
        LoadAttenuation(program?.Attenuation ?? [], used);
        _gates = gates;
    }

    /// <summary>Opens or closes a row: closed, it only watches.</summary>
    public void Switch(int row, bool on) => Dials.Span[((int)Dial.Gate * Rows) + row] = on ? _gates[row] : float.PositiveInfinity;


    public void Dispose()
    {
        Read.Dispose();
        Write.Dispose();
        Dials.Dispose();
        GateRow.Dispose();
        Scale.Dispose();
        Attenuation.Dispose();
        EncoderRank.Dispose();
        _encoderPin.Dispose();
        _encoderBiasPin.Dispose();
    }

    /// <summary>A program with fewer knots than there is room for keeps its slopes where the graph looks for them: in the second half.</summary>
    private void LoadAttenuation(ReadOnlySpan<float> source, int used)
    {
        LoadGroups(source[..Math.Min(source.Length, SocketLayout.PosteriorRows * used)], Attenuation, used, neutralFirstRow: 0);
        var knots = used == 0 || source.IsEmpty ? 0 : ((source.Length / used) - SocketLayout.PosteriorRows) / 2;
        for (var knot = 0; knot < knots; knot++)
        {
            var room = (AttenuationRows - SocketLayout.PosteriorRows) / 2;
            var (from, to) = (SocketLayout.PosteriorRows + knot, SocketLayout.PosteriorRows + knot);
            source.Slice(from * used, used).CopyTo(Attenuation.Span[(to * Rows)..]);
            source.Slice((from + knots) * used, used).CopyTo(Attenuation.Span[((to + room) * Rows)..]);
        }
    }

    private void LoadGroups(ReadOnlySpan<float> source, NativeBuffer<float> destination, int used, float neutralFirstRow)
    {
        destination.Span.Clear();
        if (destination.Length == 0)
        {
            return;
        }

        destination.Span[..Rows].Fill(neutralFirstRow);
        for (var group = 0; used > 0 && group * used < source.Length; group++)
        {
            source.Slice(group * used, used).CopyTo(destination.Span[(group * Rows)..]);
        }
    }
}
