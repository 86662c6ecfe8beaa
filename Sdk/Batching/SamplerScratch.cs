namespace Steering.Batching;

/// <summary>Working memory of <see cref="TokenSampler"/>, shared by all rows of one thread.</summary>
/// <param name="vocabulary">V.</param>
internal sealed class SamplerScratch(int vocabulary)
{
    /// <summary>[V] weights of the candidates.</summary>
    public float[] Weights { get; } = new float[vocabulary];

    /// <summary>[V] candidates as <see cref="TokenSampler"/> packs them to sort them.</summary>
    public ulong[] Keys { get; } = new ulong[vocabulary];
}
