using Steering.Cli.Chat;
using Steering.Cli.CommandLine;
using Steering.Policies;
using Steering.Sockets;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Chat;

[TestClass]
public sealed class DialBoardTests
{
    private static SocketManifest Manifest => SocketManifestFile.Load(Stories.Folder);

    private readonly DialBoard _board = new(Manifest, [NamedSae.Load($"main={Stories.TopK}")], [], [], Stories.Folder, allowOtherModel: false);

    [TestMethod]
    public void Turn_MovesTheSelectedDialByOneStep()
    {
        _board.Set(Feature.Of(7), DialKind.Add, 10);
        _board.Set(Feature.Of(8), DialKind.Scale, 1);
        _board.Turn(1);
        Assert.AreEqual(1.25f, _board.Dials[1].Value);
        _board.Select(-1);
        _board.Turn(-1);
        Assert.AreEqual(5, _board.Dials[0].Value);
        _board.Turn(0);
        Assert.AreEqual(0, _board.Dials[0].Value);
    }

    [TestMethod]
    public void Select_GoesAround()
    {
        _board.Set(Feature.Of(7), DialKind.Add, 1);
        _board.Set(Feature.Of(8), DialKind.Add, 1);
        Assert.AreEqual(1, _board.Selected);
        _board.Select(1);
        Assert.AreEqual(0, _board.Selected);
        _board.Select(-1);
        Assert.AreEqual(1, _board.Selected);
    }

    [TestMethod]
    public void Ablation_HasNothingToTurn()
    {
        _board.Set(Feature.Of(7), DialKind.Ablate, 0);
        var compiled = _board.Current.Policy;
        _board.Turn(1);
        Assert.AreSame(compiled, _board.Current.Policy);
    }

    [TestMethod]
    public void AChangeThatDoesNotFit_LeavesEverythingAsItWas()
    {
        _board.Set(Feature.Of(7), DialKind.Add, 1);
        var compiled = _board.Current.Policy;
        Refusal.Of(() => _board.Set(Feature.Of(7), DialKind.Add, float.PositiveInfinity), "finite");
        Refusal.Of(() => _board.Add(SteeringPolicy.Create("wrong").Ablate(Feature.Of("absent", 1))), "absent");
        Assert.AreSame(compiled, _board.Current.Policy);
        Assert.AreEqual(1, _board.Dials.Single().Value);
        Assert.IsEmpty(_board.Policies);
    }

    [TestMethod]
    public void Reservations_LeaveRoomForDialsAndTheirCompetition()
    {
        var reservation = _board.Reservations().Single();
        Assert.AreEqual("resid_post.0", reservation.Site);
        Assert.IsNotNull(reservation.Encoder);
        Assert.IsGreaterThanOrEqualTo(8, reservation.Rows);
    }

    [TestMethod]
    public void DialsAndWatches_AreShownOnce()
    {
        _board.ToggleWatch(Feature.Of(7));
        _board.Set(Feature.Of(7), DialKind.Add, 1);
        _board.ToggleWatch(Feature.Of(9));
        CollectionAssert.AreEqual(new[] { 7, 9 }, _board.Shown.Select(feature => feature.Features[0]).ToArray());
        Assert.HasCount(2, _board.Current.Policy.Watches);
    }
}
