using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>A folder with an autoencoder and what the reference implementation computes with it.</summary>
internal sealed record SaeCase(string Name, SparseAutoencoder Autoencoder, float[] X, float[] Activations, float[] Reconstruction, int Tokens)
{
    public static IEnumerable<SaeCase> All() => OracleFolder.Cases(SaeLensFolder.ConfigName, "saes")
        .Concat(OracleFolder.Cases(SaeLensFolder.ConfigName, "sae-flags"))
        .Concat(OracleFolder.Cases("oracle.safetensors", "sae-formats"))
        .Select(Load);

    private static SaeCase Load(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        var autoencoder = SaeFolder.Load(folder);
        return new SaeCase(
            $"{Path.GetFileName(Path.GetDirectoryName(folder))}/{Path.GetFileName(folder)}",
            autoencoder,
            file.ReadFloat32("x"),
            file.ReadFloat32("feature_acts"),
            file.ReadFloat32("reconstruction"),
            (int)file.Describe("x").Shape[0]);
    }
}
