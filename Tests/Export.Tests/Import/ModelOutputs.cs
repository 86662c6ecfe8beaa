namespace Steering.Tests.Export.Import;

/// <summary>Outputs of one run: logits, residual streams and the cache.</summary>
/// <param name="Values">Values by output name.</param>
/// <param name="Length">Tokens in the cache.</param>
/// <param name="ResidualNames">Names of the residual streams, by block.</param>
internal sealed record ModelOutputs(IReadOnlyDictionary<string, float[]> Values, int Length, IReadOnlyList<string> ResidualNames)
{
    public float[] Logits => Values["logits"];

    public float[] Residual(int block) => Values[ResidualNames[block]];
}
