using System.Text;
using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;

namespace Steering.Fuzz.Targets;

/// <summary>Restores the saved state of a source with a mixing buffer, and reads on.</summary>
internal sealed class ActivationStateTarget : IFuzzTarget
{
    private const int Width = 2;
    private const int Buffer = 6;

    public ActivationStateTarget()
    {
        var seeds = new List<byte[]>();
        foreach (var before in (int[])[0, 3, 11])
        {
            using var source = Source();
            using var state = new MemoryStream();
            _ = source.Read(new float[before * Width], CancellationToken.None);
            source.SaveState(state);
            seeds.Add(state.ToArray());
        }

        Seeds = seeds;
    }

    public string Name => "activation-state";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } = [.. new[] { "SAS1", "END!" }.Select(Encoding.ASCII.GetBytes), new byte[32], [0xFF, 0xFF, 0xFF, 0x7F]];

    public void Run(ReadOnlySpan<byte> input)
    {
        using var state = new MemoryStream(input.ToArray());
        using var source = Source();
        source.RestoreState(state);
        _ = source.Peek(new float[4 * Width], CancellationToken.None);
        _ = source.Read(new float[40 * Width], CancellationToken.None);
    }

    public void Dispose()
    {
    }

    private static ShuffleBuffer Source() => new(new Counted(), Buffer, seed: 1, passes: null);

    private sealed class Counted : IRowStream
    {
        private const int Count = 10;

        private int _next;

        public int HiddenSize => Width;

        public string Identity => "counted rows";

        public HarvestCounts Counts => default;

        public long CountTokens(CancellationToken cancellationToken) => Count;

        public int Read(Span<float> rows, CancellationToken cancellationToken)
        {
            if (_next == Count)
            {
                _next = 0;
                return 0;
            }

            rows.Fill(_next++);
            return 1;
        }

        public void Save(BinaryWriter writer) => writer.Write(_next);

        public void Restore(BinaryReader reader)
        {
            _next = reader.ReadInt32();
            if (_next is < 0 or > Count)
            {
                throw new SteeringException("The place is not in the stream.");
            }
        }

        public void Dispose()
        {
        }
    }
}
