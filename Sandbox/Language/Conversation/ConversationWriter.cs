using Steering.Sandbox.Language.Arithmetic;

namespace Steering.Sandbox.Language.Conversation;

/// <summary>Writes one document: an optional instruction, then talk and word problems by turns.</summary>
internal sealed class ConversationWriter
{
    private const double KeepTopic = 0.7;
    private const double WordProblems = 0.3;
    private const double ProblemAfterTalk = 0.05;
    private const double SmallTalk = 0.12;
    private const double OpenRequest = 0.08;
    private const double RecallWhenPossible = 0.45;

    private readonly WorldGrammar _world = WorldGrammar.Instance;
    private readonly ulong _seed;
    private readonly ChoiceStream _choices;
    private readonly ExchangeWriter _exchanges;
    private readonly Instruction _instruction;
    private readonly ToneWriter _tone;
    private readonly List<SandboxTurn> _turns = [];
    private TopicGrammar _topic;
    private double _counted;

    private ConversationWriter(ulong seed)
    {
        _seed = seed;
        _choices = new ChoiceStream(seed);
        _exchanges = new ExchangeWriter(_choices);
        _instruction = (Instruction)_choices.Weighted(RegisterRates.Instructions);
        _tone = new ToneWriter(_choices, _world, _instruction);
        _topic = _world.SmallTalk;
    }

    public static SandboxDocument Write(ulong seed)
    {
        var writer = new ConversationWriter(seed);
        writer.Write();
        return new SandboxDocument(
            seed, writer._instruction, writer._turns, [.. writer._exchanges.Facts.Select(fact => fact.ToFact())]);
    }

    private void Write()
    {
        if (_instruction != Instruction.None)
        {
            var request = _choices.Pick(_world.RequestOf(_instruction).System).Write(_choices, slot => slot);
            AddTurn(TurnRole.System, request, Register.Neutral, topic: null, []);
        }

        var aboutNumbers = _choices.Chance(WordProblems);
        var exchanges = 1 + _choices.Weighted(aboutNumbers ? [0.75, 0.25] : [0.12, 0.36, 0.34, 0.18]);
        for (var i = 0; i < exchanges; i++)
        {
            if (_exchanges.CanRecall && _choices.Chance(RecallWhenPossible))
            {
                Talk(recall: true);
                continue;
            }

            if (!aboutNumbers && _choices.Chance(OpenRequest))
            {
                Tell();
                continue;
            }

            ChooseTopic(first: i == 0, mayBeSmallTalk: !aboutNumbers);
            if (aboutNumbers || (_topic.Items.Count > 0 && _choices.Chance(ProblemAfterTalk)))
            {
                Calculate();
            }
            else
            {
                Talk(recall: false);
            }
        }
    }

    private void ChooseTopic(bool first, bool mayBeSmallTalk)
    {
        if (first && mayBeSmallTalk && _choices.Chance(SmallTalk))
        {
            return;
        }

        var kept = first || _topic.Topic is null ? 0 : KeepTopic;
        var weights = new double[_world.Topics.Count];
        Array.Fill(weights, (1 - kept) / weights.Length);
        if (_topic.Topic is { } before)
        {
            weights[(int)before] += kept;
        }

        _topic = _world.Topics[_choices.Weighted(weights)];
    }

    private void Talk(bool recall)
    {
        var user = _tone.NextUser();
        var exchange = recall ? _exchanges.Recall() : _exchanges.Fresh(_topic);
        if (recall)
        {
            var topic = exchange.Fact!.Topic;
            _topic = topic is { } named ? _world[named] : _world.SmallTalk;
        }

        if (exchange.Fact is { } fact)
        {
            // A question's own turn states it, or for an opinion the reply to it.
            fact.StatedIn = recall ? fact.StatedIn : _turns.Count + (fact.Block is null ? 1 : 0);
            fact.RecalledIn = recall ? _turns.Count + 1 : null;
        }

        AddTurn(TurnRole.User, _tone.Ask(user, exchange.Question), user, _topic.Topic, []);
        Reply(user, exchange);
    }

    /// <summary>The user leaves the topic to the assistant, which chooses any of them.</summary>
    private void Tell()
    {
        var user = _tone.NextUser();
        AddTurn(TurnRole.User, _tone.Ask(user, OpenRequests.Ask.Write(_choices, slot => slot)), user, topic: null, []);
        _topic = _choices.Pick(_world.Topics);
        Reply(user, _exchanges.Tell(_topic));
    }

    private void Reply(Register user, Exchange exchange)
    {
        var register = _tone.Reply(user);
        var reply = _tone.Answer(register, exchange, _topic);
        AddTurn(TurnRole.Assistant, reply, register, _topic.Topic, [new ReplyStep(StepKind.Remark, Value: null, Holds: true, Correct: null)]);
    }

    private void Calculate()
    {
        var user = _tone.NextUser();
        var task = ProblemWriter.Write(_choices, _topic, _world.People);
        AddTurn(TurnRole.User, _tone.Ask(user, task.Text), user, _topic.Topic, []);

        var register = _tone.Reply(user);
        var (texts, steps) = SolutionWriter.Write(_choices, task);
        var allTexts = new List<string>(texts);
        var allSteps = new List<ReplyStep>(steps);
        var remark = new ReplyStep(StepKind.Remark, Value: null, Holds: true, Correct: null);
        var dress = _choices.Weighted(register == Register.Neutral ? [6, 1, 0.5, 0] : [0, 3, 1, 1]);
        if ((dress & 1) != 0)
        {
            allTexts.Insert(0, _tone.Open(register));
            allSteps.Insert(0, remark);
        }

        if ((dress & 2) != 0)
        {
            allTexts.Add(_tone.Close(register));
            allSteps.Add(remark);
        }

        AddTurn(TurnRole.Assistant, string.Join("\n\n", allTexts), register, _topic.Topic, allSteps);
    }

    private void AddTurn(TurnRole role, string text, Register register, Topic? topic, IReadOnlyList<ReplyStep> steps)
    {
        _turns.Add(new SandboxTurn(role, text, register, topic, steps, _choices.Nats - _counted));
        _counted = _choices.Nats;
    }
}
