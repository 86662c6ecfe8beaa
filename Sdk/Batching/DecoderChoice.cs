namespace Steering.Batching;

/// <summary>Which decoder writes many turns. The two draw different numbers from the same seed.</summary>
public enum DecoderChoice
{
    /// <summary>A batch where the model's graph can be decoded in one; otherwise as <see cref="GenAi"/>.</summary>
    Auto,

    /// <summary>Many turns share each pass (<see cref="BatchingDecoder"/>).</summary>
    Batch,

    /// <summary>Each turn on a generator of its own, one turn a core (<see cref="Decoding.GenAiDecoder"/>).</summary>
    GenAi,
}
