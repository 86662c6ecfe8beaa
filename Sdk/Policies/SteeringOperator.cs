namespace Steering.Policies;

/// <summary>
/// What an intervention does with the activation a of its target. For a feature, a is what the SAE's encoder gives and
/// the edit is x' = x + (a' − a)·d with the feature's decoder row d; for a direction u of unit norm, a = x·u and the
/// edit is x' = x + (a' − a)·u.
/// </summary>
public enum SteeringOperator
{
    /// <summary>a' = a + v, whether or not a feature is active. Of a direction: x' = x + v·direction.</summary>
    Add,

    /// <summary>a' = v.</summary>
    Clamp,

    /// <summary>a' = v where a &gt; 0, else a. Features only.</summary>
    ClampWhereActive,

    /// <summary>a' = gain·a. Features only; a direction takes <see cref="ProjectionGain"/>.</summary>
    Scale,

    /// <summary>a' = 0. Of a direction: its component is projected out.</summary>
    Ablate,

    /// <summary>a' = min(a, v).</summary>
    Cap,

    /// <summary>a' = max(a, v).</summary>
    Floor,

    /// <summary>x' = x + (gain − 1)·(x·u)·u: 0 removes the component, 1 keeps it, 2 doubles it. Directions only.</summary>
    ProjectionGain,

    /// <summary>
    /// a' = a·(1 − s·P(concept | a))^γ: what only the concept produces goes to 0, what it shares stays in proportion (APP,
    /// arXiv 2508.15094). Features only.
    /// </summary>
    Attenuate,

    /// <summary>a' = 0 where a lies within mean ± τ·deviation of the concept, else a (NeuronLens). Features only.</summary>
    RangeMask,

    /// <summary>a' = a·β·|a − mean|/(τ·deviation) within that range, else a (NeuronLens). Features only.</summary>
    Dampen,

    /// <summary>a' = 0 whatever its value: the range mask of infinite range, the baseline of the APP comparison. Features only.</summary>
    FullMask,
}
