namespace Steering.Analysis.Detoxification;

/// <summary>What the gates of the tiers look at.</summary>
public enum DetoxGateKind
{
    /// <summary>Each feature opens its own gate, as in the tiers of arXiv 2505.14536.</summary>
    Features,

    /// <summary>One probe, the difference of the two kinds' mean residuals, opens the gate of all features.</summary>
    Probe,
}
