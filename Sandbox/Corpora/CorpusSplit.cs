namespace Steering.Sandbox.Corpora;

/// <summary>What a part of the sandbox's text is for.</summary>
public enum CorpusSplit
{
    /// <summary>To train on.</summary>
    Train,

    /// <summary>Never trained on: to report figures.</summary>
    HeldOut,
}
