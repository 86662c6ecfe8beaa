using System.Globalization;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>Makes the rows that edit or watch one latent or direction.</summary>
internal static class RowFactory
{
    /// <summary>
    /// The rows that edit: one, or for an operator that answers an activation by several those that add up. They read the
    /// same latent, and the first reports its activation.
    /// </summary>
    /// <param name="target">What they edit.</param>
    /// <param name="intervention">How.</param>
    /// <param name="owner">Index of the intervention.</param>
    /// <param name="index">Which of the intervention's features it is.</param>
    /// <param name="label">Name of the rows.</param>
    /// <param name="where">Where the intervention stands, for messages.</param>
    public static IReadOnlyList<RowDraft> Edit(ResolvedTarget target, Intervention intervention, int owner, int index, string label, string where)
    {
        var responses = Located.At($"{where}, {target.Label}", () => intervention.Operator.Responses(index));
        var first = EditByDials(target, intervention, index, new ProgramRow(label, target.Feature, owner), where);
        return responses.Count == 0 ? [first] :
        [
            .. responses.Select((response, row) =>
            {
                var draft = new RowDraft
                {
                    Row = first.Row with { ReportsActivation = row == 0 },
                    Read = first.Read,
                    Write = first.Write,
                    Scale = first.Scale,
                    Reading = row == 0 ? first.Reading : null,
                    Response = response,
                };
                first.Dials.CopyTo(draft.Dials, 0);
                draft[Dial.Gate] = response.Gate;
                return draft;
            }),
        ];
    }

    /// <summary>A row that reads and edits nothing.</summary>
    /// <param name="target">What it reads.</param>
    /// <param name="where">Where it was asked for, for messages.</param>
    public static RowDraft Watch(ResolvedTarget target, string where)
    {
        var program = new ProgramRow(target.Label, target.Feature, -1);
        if (target is ResolvedLatent latent)
        {
            var row = Located.At(where, () => latent.Sae.Latents.Row(latent.Latent));
            return Reading(latent, row, new float[row.Write.Length], program, where);
        }

        var direction = (ResolvedDirection)target;
        var read = direction.Numbers(direction.Normalize == true);
        return new RowDraft { Row = program, Read = read, Write = new float[read.Length], Reading = ReadingKey(target) };
    }

    /// <summary>Identity of what a watching row of this target reads.</summary>
    public static object ReadingKey(ResolvedTarget target) =>
        target is ResolvedDirection direction ? ValueList<float>.Of(direction.Numbers(direction.Normalize == true)) : target.Key;

    /// <summary>A number in a unit as an activation of the latent.</summary>
    public static float Convert(ResolvedLatent latent, float value, StrengthUnit unit, string where)
    {
        // Zero is zero in every unit and needs no statistics.
        if (unit != StrengthUnit.MaxActivation || value == 0)
        {
            return value;
        }

        var converted = value * Located.At(where, () => latent.Sae.Latents.RequireMaxActivation(latent.Latent));
        return float.IsFinite(converted)
            ? converted
            : throw new SteeringException($"{where}: {value.ToString(CultureInfo.InvariantCulture)} times the maximum activation of {latent.Label} is not finite.");
    }

    private static RowDraft EditByDials(ResolvedTarget target, Intervention intervention, int index, ProgramRow program, string where)
    {
        var value = intervention.Operator.Value(index);
        if (target is ResolvedLatent latent)
        {
            var row = Located.At(where, () => latent.Sae.Latents.Row(latent.Latent));
            if (Unit.IsZero(row.Write))
            {
                throw new SteeringException($"{where}: the decoder row of {latent.Label} is all zeros, so steering it would change nothing; the feature died in training.");
            }

            var strength = Convert(latent, value, intervention.EffectiveUnit, where);
            var draft = EditLatent(latent, row, intervention, program, where);
            draft.Turn(intervention.Operator.Transfer(strength));
            return draft;
        }

        var edit = EditDirection((ResolvedDirection)target, intervention, program);
        edit.Turn(intervention.Operator.Transfer(value));
        return edit;
    }

    private static RowDraft EditLatent(ResolvedLatent latent, SaeRow row, Intervention intervention, ProgramRow program, string where)
    {
        var relative = intervention.EffectiveUnit == StrengthUnit.ResidualNorm;

        // Adding does not depend on the activation: a competing latent is then written without paying for the whole encoder.
        if (intervention.Operator.IsAdditive && (row.Competes || relative))
        {
            return new RowDraft
            {
                Row = program with { ReportsActivation = false },
                Read = new float[row.Read.Length],
                Write = relative ? Unit.Of(row.Write) : row.Write,
                Scale = relative ? (0, 1, 0) : (row.ScaleConstant, row.ScaleNorm, row.ScaleDeviation),
            };
        }

        return Reading(latent, row, row.Write, program, where);
    }

    private static RowDraft Reading(ResolvedLatent latent, SaeRow row, float[] write, ProgramRow program, string where)
    {
        if (row.Competes)
        {
            latent.Site.Compete(latent.Sae, where);
        }

        return new RowDraft
        {
            Row = program,
            Read = row.Read,
            Write = write,
            Scale = (row.ScaleConstant, row.ScaleNorm, row.ScaleDeviation),
            Reading = latent.Key,
            [Dial.Bias] = row.Bias,
            [Dial.Threshold] = row.Threshold,
            [Dial.Competes] = row.Competes ? 1 : 0,
        };
    }

    private static RowDraft EditDirection(ResolvedDirection direction, Intervention intervention, ProgramRow program)
    {
        var relative = intervention.EffectiveUnit == StrengthUnit.ResidualNorm;
        var scale = relative ? (0f, 1f, 0f) : (1f, 0f, 0f);
        if (intervention.Operator.IsAdditive)
        {
            var write = direction.Numbers(relative || direction.Normalize == true);
            return new RowDraft { Row = program with { ReportsActivation = false }, Read = new float[write.Length], Write = write, Scale = scale };
        }

        var unit = direction.Numbers(unit: true);
        return new RowDraft { Row = program, Read = unit, Write = unit, Scale = scale, Reading = relative ? null : ValueList<float>.Of(unit) };
    }
}
