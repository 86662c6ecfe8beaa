using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Batching;

/// <summary>
/// One site under a batch. Read and write rows are shared by all conversations, so what is plugged in is the union of their
/// programs, one copy of each program; dials are a conversation's own, and the gates of rows that are not its own are closed,
/// which makes them an exact no-op in its row of the batch.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="slots">Number of slots.</param>
/// <param name="positions">Most positions of a pass, over all its rows.</param>
internal sealed class BatchSite(SocketSite site, int slots, int positions) : IDisposable
{
    private readonly List<(SiteProgram Program, int Users)> _programs = [];
    private readonly List<RowSite> _users = [];
    private readonly NativeBuffer<long> _rank = new([1]);
    private NativeBuffer<float> _read = new(0);
    private NativeBuffer<float> _write = new(0);
    private NativeBuffer<float> _dials = new(0);
    private NativeBuffer<long> _gateRow = new(0);
    private NativeBuffer<float> _scale = new(0);
    private NativeBuffer<float> _attenuation = new(0);
    private NativeBuffer<float> _activations = new(0);
    private MemoryHandle _weightsPin;
    private MemoryHandle _biasPin;
    private CompetingEncoder? _encoder;
    private int _attenuationRows;
    private bool _scaled;

    public string Name => site.Name;

    /// <summary>M: rows of all programs.</summary>
    public int Rows { get; private set; }

    /// <summary>Changes when what is bound has changed in place or shape.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>[M] of one dial of one slot.</summary>
    public Span<float> Dial(int slot, Dial dial) => _dials.Span.Slice(((slot * SocketLayout.DialCount) + (int)dial) * Rows, Rows);

    /// <summary>Whether a program can be plugged in beside those that are: a site holds one competing encoder.</summary>
    public bool Accepts(SiteProgram program) =>
        program.Encoder is not { } encoder || _encoder is not { } bound || (encoder.K == bound.K && encoder.Weights.Equals(bound.Weights) && encoder.Bias.Equals(bound.Bias));

    /// <summary>Plugs the rows of a conversation in.</summary>
    public void Plug(RowSite row, int slot)
    {
        _users.Add(row);
        var index = Find(row);
        if (index < 0)
        {
            _programs.Add((row.Program, 1));
            row.Place(this, 0, slot);
            Rebuild();
            return;
        }

        _programs[index] = (row.Program, _programs[index].Users + 1);
        row.Place(this, _programs.Take(index).Sum(entry => entry.Program.RowCount), slot);
        row.Write();
    }

    /// <summary>Takes the rows of a conversation out.</summary>
    public void Unplug(RowSite row)
    {
        Lift(row);
        _users.Remove(row);
        var index = Find(row);
        row.Place(site: null, 0, 0);
        if (_programs[index].Users > 1)
        {
            _programs[index] = (row.Program, _programs[index].Users - 1);
            return;
        }

        _programs.RemoveAt(index);
        Rebuild();
    }

    /// <summary>Makes the rows of a conversation neutral in its slot, before it leaves it.</summary>
    public void Lift(RowSite row)
    {
        for (var dial = (Dial)0; (int)dial < SocketLayout.DialCount; dial++)
        {
            Dial(row.Slot, dial).Slice(row.Offset, row.Program.RowCount).Fill(Closed(dial));
        }
    }

    /// <summary>Turns the dials of another slot for a conversation that was lifted from its own.</summary>
    public void Settle(RowSite row, int slot)
    {
        row.Place(this, row.Offset, slot);
        row.Write();
    }

    /// <summary>[m] activations of a conversation's rows at one position of the latest pass, counted over its batch.</summary>
    public ReadOnlySpan<float> Activations(int position, RowSite row) => _activations.Span.Slice((position * Rows) + row.Offset, row.Program.RowCount);

    /// <summary>The activations of a pass over one conversation's tokens, from its first row on, M from position to position.</summary>
    public ReadOnlySpan<float> PromptActivations(int tokens, RowSite row) => _activations.Span[row.Offset..(tokens * Rows)];

    /// <summary>Binds the site for a pass over some slots.</summary>
    public void Bind(OrtIoBinding binding, int firstSlot, int batch, int tokens)
    {
        var dials = SocketLayout.DialCount * Rows;
        Input(SocketLayout.Read(Name), _read.Address, [Rows, site.HiddenSize]);
        Input(SocketLayout.Write(Name), _write.Address, [Rows, site.HiddenSize]);
        Input(SocketLayout.Dials(Name), _dials.Address + ((nint)firstSlot * dials * sizeof(float)), [Rows == 0 ? 1 : batch, 1, dials]);
        Input(SocketLayout.GateRow(Name), _gateRow.Address, [Rows], TensorElementType.Int64);
        Input(SocketLayout.Scale(Name), _scale.Address, [_scaled ? SocketLayout.ScaleRows : 0, Rows]);
        Input(SocketLayout.Attenuation(Name), _attenuation.Address, [1, _attenuationRows, Rows]);
        var latents = _encoder?.Bias.Length ?? 0;
        Input(SocketLayout.Encoder(Name), Pinned(_weightsPin), [latents, site.HiddenSize]);
        Input(SocketLayout.EncoderBias(Name), Pinned(_biasPin), [latents]);
        Input(SocketLayout.EncoderRank(Name), _rank.Address, [1], TensorElementType.Int64);
        using var output = NativeValues.Create(_activations.Address, Rows == 0 ? [1, 1, 0] : [batch, tokens, Rows], TensorElementType.Float);
        binding.BindOutput(SocketLayout.Activations(Name), output);

        void Input(string name, nint address, long[] shape, TensorElementType type = TensorElementType.Float)
        {
            using var value = NativeValues.Create(address, shape, type);
            binding.BindInput(name, value);
        }
    }

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
        _dials.Dispose();
        _gateRow.Dispose();
        _scale.Dispose();
        _attenuation.Dispose();
        _activations.Dispose();
        _rank.Dispose();
        _weightsPin.Dispose();
        _biasPin.Dispose();
    }

    // A closed gate is an exact no-op whatever the other dials are; these also keep the row from competing.
    private static float Closed(Dial dial) => dial == Sockets.Dial.Gate ? float.PositiveInfinity : NeutralDials.Value(dial);

    private static void Reserve<T>(ref NativeBuffer<T> buffer, int length)
        where T : unmanaged
    {
        if (buffer.Length < length)
        {
            buffer.Dispose();
            buffer = new NativeBuffer<T>(length);
        }
    }

    private int Find(RowSite row) => _programs.FindIndex(entry => ReferenceEquals(entry.Program, row.Program));

    // An empty tensor needs an address too; any that outlives the binding will do.
    private unsafe nint Pinned(in MemoryHandle handle) => _encoder is null ? _rank.Address : (nint)handle.Pointer;

    private void Rebuild()
    {
        Version++;
        Rows = _programs.Sum(entry => entry.Program.RowCount);
        _scaled = _programs.Exists(entry => entry.Program.Scale.Length > 0);
        _attenuationRows = _programs.Max(entry => (int?)UnionTables.AttenuationRows(entry.Program)) ?? 0;
        PinEncoder(_programs.Find(entry => entry.Program.Encoder is not null).Program?.Encoder);
        Reserve(ref _read, Rows * site.HiddenSize);
        Reserve(ref _write, Rows * site.HiddenSize);
        Reserve(ref _dials, checked(slots * SocketLayout.DialCount * Rows));
        Reserve(ref _gateRow, Rows);
        Reserve(ref _scale, SocketLayout.ScaleRows * Rows);
        Reserve(ref _attenuation, _attenuationRows * Rows);
        Reserve(ref _activations, checked(positions * Rows));
        for (var slot = 0; slot < slots; slot++)
        {
            for (var dial = (Dial)0; (int)dial < SocketLayout.DialCount; dial++)
            {
                Dial(slot, dial).Fill(Closed(dial));
            }
        }

        var offset = 0;
        foreach (var (program, _) in _programs)
        {
            WriteShared(program, offset);
            foreach (var user in _users.Where(user => ReferenceEquals(user.Program, program)))
            {
                user.Place(this, offset, user.Slot);
                user.Write();
            }

            offset += program.RowCount;
        }
    }

    private void WriteShared(SiteProgram program, int offset)
    {
        program.Read.CopyTo(_read.Span[(offset * site.HiddenSize)..]);
        program.Write.CopyTo(_write.Span[(offset * site.HiddenSize)..]);
        for (var row = 0; row < program.RowCount; row++)
        {
            _gateRow.Span[offset + row] = offset + program.GateRow[row];
        }

        if (_scaled)
        {
            UnionTables.WriteScale(program, _scale.Span, offset, Rows);
        }

        UnionTables.WriteAttenuation(program, _attenuation.Span[..(_attenuationRows * Rows)], offset, Rows);
    }

    private void PinEncoder(CompetingEncoder? encoder)
    {
        if (ReferenceEquals(encoder, _encoder))
        {
            return;
        }

        _weightsPin.Dispose();
        _biasPin.Dispose();
        _encoder = encoder;
        (_weightsPin, _biasPin) = ((encoder?.Weights ?? default).Pin(), (encoder?.Bias ?? default).Pin());
        _rank.Span[0] = encoder is null ? 1 : encoder.K + 1;
    }
}
