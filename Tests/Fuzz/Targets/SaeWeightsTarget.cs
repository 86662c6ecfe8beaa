using System.Text;

namespace Steering.Fuzz.Targets;

/// <summary>Loads a SAELens folder whose weights are the input, and encodes with what comes out.</summary>
internal sealed class SaeWeightsTarget : IFuzzTarget
{
    private readonly SaeSeedFolder _folder = new();
    private readonly byte[] _configuration = Encoding.UTF8.GetBytes(SaeSeedFolder.Configurations[0]);

    public SaeWeightsTarget() => Seeds = [_folder.Weights];

    public string Name => "sae-weights";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "W_enc", "W_dec", "b_enc", "b_dec", "threshold", "b_gate", "F32", "F16", "I64", "shape", "data_offsets" }.Select(Encoding.ASCII.GetBytes)];

    public byte[] Mend(byte[] input) => SafetensorsSeeds.Mend(input);

    public void Run(ReadOnlySpan<byte> input) => _folder.LoadAndEncode(_configuration, input);

    public void Dispose() => _folder.Dispose();
}
