using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Tests.Sdk.Policies;

/// <summary>Random valid policies: every operator, unit, gate, span and kind of target comes up.</summary>
internal static class PolicySamples
{
    public static SteeringPolicy Policy(Random random) => new()
    {
        Name = Name(random),
        Description = random.Next(2) == 0 ? null : Name(random),
        SkipPositionZero = random.Next(2) == 0,
        Saes = Enumerable.Range(0, random.Next(3)).ToDictionary(index => $"sae-{index}", index => new SaeReference($"../saes/{index}", random.Next(2) == 0 ? null : "resid_post.3")),
        Interventions = [.. Enumerable.Range(0, random.Next(6)).Select(_ => Intervention(random))],
    };

    private static Intervention Intervention(Random random)
    {
        var target = random.Next(2) == 0 ? Features(random, random.Next(1, 5)) : (InterventionTarget)Direction(random);
        var edit = Operator(random, target);
        var gate = Gates(random);
        if (target is DirectionTarget { Normalize: false } direction && edit is not AddOperator { Unit: not StrengthUnit.ResidualNorm })
        {
            target = direction with { Normalize = true };
        }

        return new Intervention
        {
            Name = random.Next(2) == 0 ? null : Name(random),
            Target = target,
            Operator = edit,
            Gate = gate,
            Span = gate is PromptGate ? Pick<InterventionSpan?>(random, [null, InterventionSpan.Completion]) : Pick<InterventionSpan?>(random, [null, InterventionSpan.Both, InterventionSpan.Prompt, InterventionSpan.Completion]),
            SkipPositionZero = Pick<bool?>(random, [null, true, false]),
        };
    }

    private static SteeringOperator Operator(Random random, InterventionTarget target)
    {
        var features = (target as FeatureTarget)?.Features.Count ?? 1;
        float[] values = [.. Enumerable.Range(0, random.Next(2) == 0 ? features : 1).Select(_ => Number(random))];
        var unit = Pick<StrengthUnit?>(random, [null, StrengthUnit.Raw, target is FeatureTarget ? StrengthUnit.MaxActivation : StrengthUnit.ResidualNorm]);
        float[] means = [.. Enumerable.Range(0, features).Select(_ => Number(random))];
        float[] deviations = [.. Enumerable.Range(0, features).Select(_ => Math.Abs(Number(random)))];
        var tau = random.Next(2) == 0 ? 2 : 0.5f;
        return Pick<Func<SteeringOperator>>(random,
        [
            () => new AddOperator { Values = values, Unit = random.Next(4) == 0 ? StrengthUnit.ResidualNorm : unit },
            () => new ClampOperator { Values = values, Unit = unit },
            () => new CapOperator { Values = values, Unit = unit },
            () => new FloorOperator { Values = Array.ConvertAll(values, Math.Abs), Unit = unit },
            () => new AblateOperator(),
            .. target is DirectionTarget
                ? (Func<SteeringOperator>[])[() => new ProjectionGainOperator { Gain = Number(random) }]
                :
                [
                    () => new ClampWhereActiveOperator { Values = values, Unit = unit },
                    () => new ScaleOperator { Gain = Number(random) },
                    () => Attenuation(random, features),
                    () => new RangeMaskOperator { Means = means, Deviations = deviations, Tau = tau },
                    () => new DampenOperator { Means = means, Deviations = deviations, Tau = tau, Beta = random.Next(2) == 0 ? 0.25f : null },
                    () => new FullMaskOperator(),
                ],
        ])();
    }

    private static AttenuateOperator Attenuation(Random random, int features) => new()
    {
        Strength = random.Next(2) == 0 ? 1 : 0.25f,
        Exponent = Pick<float>(random, [1, 2, 0.5f]),
        Floor = random.Next(2) == 0 ? 0 : (float)random.NextDouble() * 0.9f,
        Posteriors = [.. Enumerable.Range(0, features).Select(_ => random.Next(2) == 0
            ? new GaussianFeaturePosterior { Weights = [0.5f, (float)random.NextDouble()], Means = [Number(random), 1], Deviations = [Math.Abs(Number(random)) + 1e-3f, 2], Error = random.Next(2) == 0 ? null : 1e-4f }
            : (FeaturePosterior)new TableFeaturePosterior { Knots = [0, 1.5f, 1e4f], Values = [0, (float)random.NextDouble(), 1], Error = 3e-4f })],
    };

    private static Gate Gates(Random random)
    {
        InterventionTarget target = random.Next(2) == 0 ? Features(random, 1) : Direction(random);
        var threshold = target is FeatureTarget ? Math.Abs(Number(random)) : Number(random);
        var unit = target is FeatureTarget ? Pick<StrengthUnit?>(random, [null, StrengthUnit.Raw, StrengthUnit.MaxActivation]) : Pick<StrengthUnit?>(random, [null, StrengthUnit.Raw]);
        return random.Next(5) switch
        {
            0 => Gate.Always,
            4 => Gate.Step,
            1 => Gate.Token(target, threshold, unit),
            2 => Gate.Prompt(target, threshold, unit),
            _ => Gate.Callback(Name(random)),
        };
    }

    private static FeatureTarget Features(Random random, int count)
    {
        var features = new HashSet<int>();
        while (features.Count < count)
        {
            features.Add(random.Next(4) == 0 ? random.Next() : random.Next(100));
        }

        return new FeatureTarget { Sae = random.Next(2) == 0 ? null : Name(random), Features = [.. features] };
    }

    private static DirectionTarget Direction(Random random)
    {
        var first = random.Next(20);
        var direction = random.Next(3) switch
        {
            0 => Steering.Policies.Direction.At("resid_post.3", [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Number(random) + 1e-3f), 1f]),
            1 => Steering.Policies.Direction.FromFile("vectors/calm.safetensors", "resid_post.15"),
            _ => Steering.Policies.Direction.FromFile("calm.GGUF") with { FirstBlock = random.Next(2) == 0 ? null : first, LastBlock = random.Next(2) == 0 ? null : first + random.Next(10) },
        };
        return direction with { Normalize = Pick<bool?>(random, [null, true, false]) };
    }

    /// <summary>Numbers of every size, so that the text form must be the shortest that reads back exactly.</summary>
    private static float Number(Random random)
    {
        while (true)
        {
            var number = random.Next(3) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
                1 => random.Next(-5, 6),
                _ => (float)(random.NextDouble() * 10),
            };
            if (float.IsFinite(number))
            {
                return number;
            }
        }
    }

    private static string Name(Random random) => Pick(random, ["calm", "größer", "a \"quoted\" \\ name", "🐕 dogs", "x<y>&z", "长"]);

    private static T Pick<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
