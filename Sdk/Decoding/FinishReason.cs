namespace Steering.Decoding;

/// <summary>Why a decoding ended.</summary>
public enum FinishReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The model produced an end token, or the text a stop sequence.</summary>
    Stop,

    /// <summary>The number of tokens asked for was reached.</summary>
    Length,

    /// <summary>A filter ended it.</summary>
    Filter,
}
