// The JavaScript SDK as its users run it, outside the instances: credentials and endpoint come from the environment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
    AssociateRouteTableCommand,
    CreateRouteTableCommand,
    CreateSubnetCommand,
    CreateVpcCommand,
    CreateVpcEndpointCommand,
    DeleteRouteTableCommand,
    DeleteSubnetCommand,
    DeleteVpcCommand,
    DeleteVpcEndpointsCommand,
    DescribeRouteTablesCommand,
    DescribeSubnetsCommand,
    DescribeVpcsCommand,
    DisassociateRouteTableCommand,
    EC2Client,
    EC2ServiceException,
    RunInstancesCommand,
    TerminateInstancesCommand,
    paginateDescribeSubnets,
    waitUntilInstanceRunning,
    waitUntilInstanceTerminated,
    waitUntilSubnetAvailable,
    waitUntilVpcAvailable,
} from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const IMAGE = "ami-0abcdef1234567890";
const region = process.env.AWS_DEFAULT_REGION;
const ec2 = new EC2Client({ region });
const patience = { client: ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 2 };
let vpc;

before(async () => {
    const made = await ec2.send(
        new CreateVpcCommand({
            CidrBlock: "10.40.0.0/16",
            TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "from JavaScript" }] }],
        }),
    );
    vpc = made.Vpc.VpcId;
});

after(async () => {
    await ec2.send(new DeleteVpcCommand({ VpcId: vpc }));
    await assert.rejects(ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc] })), { name: "InvalidVpcID.NotFound" });
});

test("a vpc is available, with its tags", async () => {
    const { state } = await waitUntilVpcAvailable(patience, { VpcIds: [vpc] });
    assert.equal(state, "SUCCESS");
    const { Vpcs } = await ec2.send(
        new DescribeVpcsCommand({ Filters: [{ Name: "tag:Name", Values: ["from *"] }, { Name: "vpc-id", Values: [vpc] }] }),
    );
    assert.deepEqual(Vpcs[0].Tags, [{ Key: "Name", Value: "from JavaScript" }]);
    assert.equal(Vpcs[0].State, "available");
    assert.equal(Vpcs[0].IsDefault, false);
});

test("an endpoint has a route until it is gone", async () => {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpc }));
    const table = RouteTable.RouteTableId;
    const { VpcEndpoint } = await ec2.send(
        new CreateVpcEndpointCommand({
            VpcId: vpc,
            ServiceName: `com.amazonaws.${region}.s3`,
            RouteTableIds: [table],
        }),
    );
    assert.equal(VpcEndpoint.State, "available");
    assert.ok(VpcEndpoint.CreationTimestamp instanceof Date);
    const routes = async () => {
        const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [table] }));
        return RouteTables[0].Routes.map((route) => route.GatewayId);
    };
    assert.deepEqual(await routes(), ["local", VpcEndpoint.VpcEndpointId]);
    const { Unsuccessful } = await ec2.send(
        new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoint.VpcEndpointId, "vpce-00000000000000000"] }),
    );
    assert.deepEqual(Unsuccessful.map((item) => item.Error.Code), ["InvalidVpcEndpoint.NotFound"]);
    assert.deepEqual(await routes(), ["local"]);
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId: table }));
});

test("pages have every subnet once", async () => {
    const made = [];
    for (let third = 0; third < 7; third += 1) {
        const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: `10.40.${third}.0/24` }));
        made.push(Subnet.SubnetId);
    }
    await waitUntilSubnetAvailable(patience, { SubnetIds: made });
    const pages = [];
    const onlyHere = { Filters: [{ Name: "vpc-id", Values: [vpc] }] };
    for await (const page of paginateDescribeSubnets({ client: ec2, pageSize: 5 }, onlyHere)) {
        pages.push(page.Subnets.map((subnet) => subnet.SubnetId));
    }
    assert.deepEqual(pages.map((page) => page.length), [5, 2]);
    assert.deepEqual(pages.flat().sort(), made.sort());
    for (const subnet of made) {
        await ec2.send(new DeleteSubnetCommand({ SubnetId: subnet }));
    }
});

test("an instance runs and ends", async () => {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.40.100.0/24" }));
    const launch = { ImageId: IMAGE, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, SubnetId: Subnet.SubnetId };
    const { Instances } = await ec2.send(new RunInstancesCommand(launch));
    const InstanceIds = Instances.map((instance) => instance.InstanceId);
    assert.equal(Instances[0].State.Name, "pending");
    assert.equal((await waitUntilInstanceRunning(patience, { InstanceIds })).state, "SUCCESS");
    await assert.rejects(ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet.SubnetId })), {
        name: "DependencyViolation",
    });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    assert.equal((await waitUntilInstanceTerminated(patience, { InstanceIds })).state, "SUCCESS");
    await ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet.SubnetId }));
});

test("refusals are errors of the service, by name", async () => {
    await assert.rejects(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-00000000000000000"] })), (error) => {
        assert.ok(error instanceof EC2ServiceException);
        assert.equal(error.name, "InvalidSubnetID.NotFound");
        assert.equal(error.message, "The subnet ID 'subnet-00000000000000000' does not exist");
        assert.equal(error.$metadata.httpStatusCode, 400);
        assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
        return true;
    });
    await assert.rejects(ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", DryRun: true })), {
        name: "DryRunOperation",
    });
    await assert.rejects(ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/4" })), { name: "InvalidVpc.Range" });
    await assert.rejects(ec2.send(new DisassociateRouteTableCommand({ AssociationId: "rtbassoc-00000000" })), {
        name: "InvalidAssociationID.NotFound",
    });
    await assert.rejects(
        ec2.send(new AssociateRouteTableCommand({ RouteTableId: "rtb-00000000", SubnetId: "subnet-00000000" })),
        EC2ServiceException,
    );
});

test("who am I, and who is nobody", async () => {
    const { Account, Arn } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
    assert.equal(Account, process.env.EXPECTED_ACCOUNT);
    assert.equal(Arn, `arn:aws:iam::${Account}:root`);
    await assert.rejects(new IAMClient({ region }).send(new GetRoleCommand({ RoleName: "nobody" })), (error) => {
        assert.ok(error instanceof NoSuchEntityException);
        assert.equal(error.message, "The role with name nobody cannot be found.");
        return true;
    });
});
