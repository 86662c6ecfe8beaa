using Steering.Compilation;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>What is plugged into one site in a test, in the shapes of the contract.</summary>
internal sealed class SocketRows
{
    public SocketRows(int rows, int hidden, int batch = 1)
    {
        (Rows, Hidden, Batch) = (rows, hidden, batch);
        Read = new float[rows * hidden];
        Write = new float[rows * hidden];
        GateRow = [.. Enumerable.Range(0, rows).Select(row => (long)row)];
        Dials = new float[batch * SocketLayout.DialCount * rows];
        for (var row = 0; row < rows; row++)
        {
            for (var item = 0; item < batch; item++)
            {
                this[item, Dial.Threshold, row] = float.NegativeInfinity;
                this[item, Dial.Gain, row] = 1;
                this[item, Dial.Low, row] = float.MinValue;
                this[item, Dial.High, row] = float.MaxValue;
                this[item, Dial.Gate, row] = float.NegativeInfinity;
            }
        }
    }

    public int Rows { get; }

    public int Hidden { get; }

    public int Batch { get; }

    public float[] Read { get; }

    public float[] Write { get; }

    public float[] Dials { get; }

    public long[] GateRow { get; }

    /// <summary>[3, M], or empty.</summary>
    public float[] Scale { get; set; } = [];

    /// <summary>[B or 1, 4 + 2K, M], or empty.</summary>
    public float[] Attenuation { get; set; } = [];

    public int AttenuationBatch { get; set; } = 1;

    public int AttenuationRows => Rows == 0 || Attenuation.Length == 0 ? 0 : Attenuation.Length / Rows / AttenuationBatch;

    public float[] Encoder { get; set; } = [];

    public float[] EncoderBias { get; set; } = [];

    public long Rank { get; set; } = 1;

    public float this[int item, Dial dial, int row]
    {
        get => Dials[(((item * SocketLayout.DialCount) + (int)dial) * Rows) + row];
        set => Dials[(((item * SocketLayout.DialCount) + (int)dial) * Rows) + row] = value;
    }

    /// <summary>Sets a dial of a row in every batch row.</summary>
    public SocketRows Set(Dial dial, int row, float value)
    {
        for (var item = 0; item < Batch; item++)
        {
            this[item, dial, row] = value;
        }

        return this;
    }

    /// <summary>Random read and write rows.</summary>
    public SocketRows Randomise(Random random)
    {
        for (var i = 0; i < Read.Length; i++)
        {
            Read[i] = (float)(random.NextDouble() - 0.5);
            Write[i] = (float)(random.NextDouble() - 0.5);
        }

        return this;
    }

    /// <summary>The inputs under the names of a site.</summary>
    public Dictionary<string, SocketTensor> Feeds(string site) => new(StringComparer.Ordinal)
    {
        [SocketLayout.Read(site)] = new([Rows, Hidden], Read),
        [SocketLayout.Write(site)] = new([Rows, Hidden], Write),
        [SocketLayout.Dials(site)] = new([Batch, 1, SocketLayout.DialCount * Rows], Dials),
        [SocketLayout.GateRow(site)] = new([Rows], null, GateRow),
        [SocketLayout.Scale(site)] = new([Scale.Length == 0 ? 0 : 3, Rows], Scale),
        [SocketLayout.Attenuation(site)] = new([AttenuationBatch, AttenuationRows, Rows], Attenuation),
        [SocketLayout.Encoder(site)] = new([EncoderBias.Length, Hidden], Encoder),
        [SocketLayout.EncoderBias(site)] = new([EncoderBias.Length], EncoderBias),
        [SocketLayout.EncoderRank(site)] = new([1], null, [Rank]),
    };

    /// <summary>The rows as they act on one batch row, for the reference.</summary>
    public SiteProgram Program(int item) => new()
    {
        Site = "resid_post.0",
        HiddenSize = Hidden,
        Rows = [.. Enumerable.Range(0, Rows).Select(row => new ProgramRow($"row {row}", -1, 0))],
        Read = Read,
        Write = Write,
        Dials = Batch == 1 ? Dials : Dials[(item * SocketLayout.DialCount * Rows)..((item + 1) * SocketLayout.DialCount * Rows)],
        GateRow = GateRow,
        Scale = Scale,
        Attenuation = AttenuationBatch == 1 ? Attenuation : Attenuation[(item * AttenuationRows * Rows)..((item + 1) * AttenuationRows * Rows)],
        Encoder = EncoderBias.Length == 0 ? null : new CompetingEncoder(Encoder, EncoderBias, (int)Rank - 1),
    };

    /// <summary>An idle site.</summary>
    public static SocketRows None(int hidden) => new(0, hidden);
}
